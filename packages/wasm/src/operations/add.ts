import type { NdArray } from "@posenc/core";
import { checkApart, checkFloats, checkShape, type Floats, shapeText } from "../check-arrays.ts";
import { collapse, eachOffset, popAxis, stepsOf } from "../collapse.ts";
import { type Arena, CHUNK } from "../memory/arena.ts";
import { SMALL } from "../memory/small.ts";
import { addPlain } from "../plain/add.ts";

export type AddInto = (out: NdArray, a: NdArray, b: NdArray) => NdArray;

/** Rows of `out`, and of operands with steps in floats from row to row, and (0 or 1) along a row. */
interface Rows {
  readonly rows: number;
  readonly count: number;
  readonly aRow: number;
  readonly aStep: number;
  readonly bRow: number;
  readonly bStep: number;
}

const ROOM = CHUNK / 4;

export function addOn(arena: Arena): AddInto {
  const { kernels, places, floats } = arena;

  return (out, a, b) => {
    checkFloats(arena, "add", "a", a);
    checkFloats(arena, "add", "b", b);
    checkFloats(arena, "add", "out", out);
    checkShape("add", "out", out, broadcast(a.shape, b.shape));
    checkApart("add", out, "a", a, true);
    checkApart("add", out, "b", b, true);
    const size = out.data.length;
    if (size === 0) return out;
    if (a.data.length === size && b.data.length === size) {
      addRows(out, 0, a, 0, b, 0, { rows: 1, count: size, aRow: 0, aStep: 1, bRow: 0, bStep: 1 });
      return out;
    }
    const axes = collapse(out.shape, [stepsOf(a.shape, out.shape)!, stepsOf(b.shape, out.shape)!]);
    const inner = popAxis(axes);
    const outer = popAxis(axes);
    const rows = {
      rows: outer.length,
      count: inner.length,
      aRow: outer.steps[0]!,
      aStep: inner.steps[0]!,
      bRow: outer.steps[1]!,
      bStep: inner.steps[1]!,
    };
    let o = 0;
    eachOffset(axes, ([i, j]) => {
      addRows(out as Floats, o, a, i!, b, j!, rows);
      o += rows.rows * rows.count;
    });
    return out;
  };

  function addRows(out: Floats, o: number, a: Floats, i: number, b: Floats, j: number, own: Rows): void {
    const { rows, count, aRow, aStep, bRow, bStep } = own;
    if (kernels === undefined || rows * count < SMALL) {
      plain(out, o, a, i, b, j, own);
      return;
    }
    if (aStep === 0 && bStep !== 0) {
      const swapped = { rows, count, aRow: bRow, aStep: bStep, bRow: aRow, bStep: aStep };
      addRows(out, o, b, j, a, i, swapped);
      return;
    }
    const to = arena.addressOf(out.data);
    const first = arena.addressOf(a.data);
    const second = arena.addressOf(b.data);
    if (to >= 0 && first >= 0 && second >= 0) {
      call(to + 4 * o, first + 4 * i, second + 4 * j, own);
    } else staged(out, o, a, i, b, j, own, [to, first, second]);
  }

  function call(out: number, a: number, b: number, { rows, count, aRow, bRow, bStep }: Rows): void {
    (bStep === 1 ? kernels!.addRows : kernels!.addToRows)(out, a, b, rows, count, 4 * aRow, 4 * bRow);
  }

  /** A tile of rows and columns at a time; what all rows have in common is copied once for each column of tiles. */
  function staged(
    out: Floats,
    o: number,
    a: Floats,
    i: number,
    b: Floats,
    j: number,
    { rows, count, aRow, aStep, bRow, bStep }: Rows,
    [to, first, second]: [number, number, number],
  ): void {
    const wide = Math.min(count, ROOM);
    const deep = wide < count ? 1 : Math.min(rows, Math.max(Math.floor(ROOM / count), 1));
    const tile = (
      address: number,
      data: Float32Array,
      at: number,
      n: number,
      depth: number,
      step: number,
      row: number,
      place: number,
    ) => {
      if (address >= 0) return [address + 4 * at, row] as const;
      const length = step === 0 ? 1 : n;
      const together = row === length || depth === 1 || row === 0;
      if (together) {
        floats.set(data.subarray(at, at + (row === 0 ? length : depth * length)), place >> 2);
      } else {
        for (let k = 0; k < depth; k++) {
          floats.set(data.subarray(at + k * row, at + k * row + length), (place >> 2) + k * length);
        }
      }
      return [place, row === 0 ? 0 : length] as const;
    };
    for (let column = 0; column < count; column += wide) {
      const n = Math.min(wide, count - column);
      const held =
        bRow === 0 ? tile(second, b.data, j + column * bStep, n, 1, bStep, 0, places[1]) : undefined;
      for (let row = 0; row < rows; row += deep) {
        const depth = Math.min(deep, rows - row);
        const at = o + row * count + column;
        const [x, xRow] = tile(first, a.data, i + row * aRow + column, n, depth, aStep, aRow, places[0]);
        const [y, yRow] =
          held ?? tile(second, b.data, j + row * bRow + column * bStep, n, depth, bStep, bRow, places[1]);
        const result = to >= 0 ? to + 4 * at : places[2];
        call(result, x, y, { rows: depth, count: n, aRow: xRow, aStep, bRow: yRow, bStep });
        if (to < 0) out.data.set(floats.subarray(places[2] >> 2, (places[2] >> 2) + depth * n), at);
      }
    }
  }
}

function plain(out: Floats, o: number, a: Floats, i: number, b: Floats, j: number, own: Rows): void {
  const { rows, count, aRow, aStep, bRow, bStep } = own;
  for (let row = 0; row < rows; row++) {
    addPlain(out.data, o + row * count, a.data, i + row * aRow, aStep, b.data, j + row * bRow, bStep, count);
  }
}

/** The shape that both broadcast to, as in NumPy. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const shape: number[] = [];
  for (let i = 1; i <= Math.max(a.length, b.length); i++) {
    const [n, m] = [a[a.length - i] ?? 1, b[b.length - i] ?? 1];
    if (n !== m && n !== 1 && m !== 1) {
      throw new RangeError(`add: a and b must broadcast, got shapes ${shapeText(a)} and ${shapeText(b)}`);
    }
    shape.unshift(n === 1 ? m : n);
  }
  return shape;
}
