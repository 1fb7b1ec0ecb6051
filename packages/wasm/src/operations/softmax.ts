import type { NdArray } from "@posenc/core";
import { checkApart, checkFloats, checkShape, type Floats, shapeText } from "../check-arrays.ts";
import { collapse, eachOffset, popAxis, stepsOf } from "../collapse.ts";
import { type Arena, CHUNK } from "../memory/arena.ts";
import { SMALL } from "../memory/small.ts";
import { bring, takeBack } from "../memory/staging.ts";
import { softmaxPlain } from "../plain/softmax.ts";

export type SoftmaxInto = (out: NdArray, x: NdArray, bias?: NdArray) => NdArray;

export function softmaxOn(arena: Arena): SoftmaxInto {
  const { kernels, places } = arena;

  return (out, x, bias) => {
    checkFloats(arena, "softmax", "x", x);
    checkFloats(arena, "softmax", "out", out);
    if (x.shape.length === 0) throw new RangeError("softmax: x must have a last axis, got []");
    checkShape("softmax", "out", out, x.shape);
    checkApart(arena, "softmax", out, "x", x, true);
    const count = x.shape.at(-1)!;
    const lead = x.shape.slice(0, -1);
    if (bias === undefined) {
      if (x.data.length > 0) each(out as Floats, x, 0, x.data.length / count, count);
      return out;
    }
    checkFloats(arena, "softmax", "bias", bias);
    checkApart(arena, "softmax", out, "bias", bias, false);
    const steps = stepsOf(bias.shape, x.shape);
    if (steps === undefined || bias.shape.at(-1) !== count) {
      throw new RangeError(
        `softmax: bias must broadcast to x ${shapeText(x.shape)} and have its last axis, got ${shapeText(bias.shape)}`,
      );
    }
    if (x.data.length === 0) return out;
    const own = stepsOf(lead, lead)!.map((step) => step * count);
    const axes = collapse(lead, [own, steps.slice(0, -1)]);
    const { length, steps: inner } = popAxis(axes);
    eachOffset(axes, ([at, from]) => {
      each(out as Floats, x, at!, length, count, { data: bias.data, from: from!, step: inner[1]! });
    });
    return out;
  };

  function each(out: Floats, x: Floats, at: number, rows: number, count: number, bias?: Bias): void {
    if (kernels === undefined || rows * count < SMALL || count * 4 > CHUNK) {
      plain(out.data, x.data, at, rows, count, bias);
      return;
    }
    const to = arena.addressOf(out.data);
    const from = arena.addressOf(x.data);
    const other = bias === undefined ? 0 : arena.addressOf(bias.data);
    const deep = to >= 0 && from >= 0 && other >= 0 ? rows : Math.floor(CHUNK / 4 / count);
    for (let row = 0; row < rows; row += deep) {
      const depth = Math.min(deep, rows - row);
      const [start, length] = [at + row * count, depth * count];
      const given = bring(arena, x.data, from, start, length, places[0]);
      const result = to >= 0 ? to + 4 * start : places[0];
      if (bias === undefined) kernels.softmax(result, given, depth, count);
      else {
        const { data, from: first, step } = bias;
        const held = step === 0 ? count : length; // its rows lie beside each other, or are one
        const biasAt = bring(arena, data, other, first + row * step, held, places[1]);
        kernels.softmaxBiased(result, given, biasAt, 4 * step, depth, count);
      }
      takeBack(arena, out.data, to, start, length, places[0]);
    }
  }
}

interface Bias {
  readonly data: Float32Array;
  readonly from: number;
  /** From row to row, in floats: 0 or the length of a row. */
  readonly step: number;
}

function plain(
  out: Float32Array,
  x: Float32Array,
  at: number,
  rows: number,
  count: number,
  bias?: Bias,
): void {
  for (let row = 0; row < rows; row++) {
    const o = at + row * count;
    if (bias === undefined) softmaxPlain(out, o, x, o, count);
    else {
      const from = bias.from + row * bias.step;
      for (let k = 0; k < count; k++) out[o + k] = x[o + k]! + bias.data[from + k]!;
      softmaxPlain(out, o, out, o, count);
    }
  }
}
