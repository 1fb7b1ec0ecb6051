import type { NdArray } from "@posenc/core";
import { checkApart, checkFloats, checkShape, type Floats } from "../check-arrays.ts";
import { type Arena, CHUNK } from "../memory/arena.ts";
import { SMALL } from "../memory/small.ts";
import { bring, takeBack } from "../memory/staging.ts";
import { layerNormPlain } from "../plain/layer-norm.ts";

export type LayerNormInto = (out: NdArray, x: NdArray, gain: NdArray, bias: NdArray) => NdArray;

const EPSILON = 1e-5;

export function layerNormOn(arena: Arena): LayerNormInto {
  const { kernels, places } = arena;

  return (out, x, gain, bias) => {
    checkFloats(arena, "layerNorm", "x", x);
    checkFloats(arena, "layerNorm", "gain", gain);
    checkFloats(arena, "layerNorm", "bias", bias);
    checkFloats(arena, "layerNorm", "out", out);
    if (x.shape.length === 0) throw new RangeError("layerNorm: x must have a last axis, got []");
    const count = x.shape.at(-1)!;
    checkShape("layerNorm", "gain", gain, [count]);
    checkShape("layerNorm", "bias", bias, [count]);
    checkShape("layerNorm", "out", out, x.shape);
    checkApart(arena, "layerNorm", out, "x", x, true);
    checkApart(arena, "layerNorm", out, "gain", gain, false);
    checkApart(arena, "layerNorm", out, "bias", bias, false);
    if (x.data.length === 0) return out;
    if (kernels === undefined || x.data.length < SMALL || count * 4 > CHUNK) {
      for (let at = 0; at < x.data.length; at += count) {
        layerNormPlain(out.data as Float32Array, at, x.data, at, gain.data, bias.data, count, EPSILON);
      }
    } else rows(out as Floats, x, gain, bias, count);
    return out;
  };

  function rows(out: Floats, x: Floats, gain: Floats, bias: Floats, count: number): void {
    const [to, from] = [arena.addressOf(out.data), arena.addressOf(x.data)];
    const factor = bring(arena, gain.data, arena.addressOf(gain.data), 0, count, places[1]);
    const shift = bring(arena, bias.data, arena.addressOf(bias.data), 0, count, places[2]);
    const all = x.data.length;
    const most = to >= 0 && from >= 0 ? all : Math.floor(CHUNK / 4 / count) * count;
    for (let at = 0; at < all; at += most) {
      const length = Math.min(most, all - at);
      const given = bring(arena, x.data, from, at, length, places[0]);
      const result = to >= 0 ? to + 4 * at : places[0];
      kernels!.layerNorm(result, given, factor, shift, length / count, count, EPSILON);
      takeBack(arena, out.data, to, at, length, places[0]);
    }
  }
}
