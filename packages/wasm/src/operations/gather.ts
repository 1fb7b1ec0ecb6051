import type { NdArray } from "@posenc/core";
import {
  checkApart,
  checkFloats,
  checkIntegers,
  checkShape,
  type Floats,
  type Integers,
  sameShape,
  shapeText,
  size,
} from "../check-arrays.ts";
import { stepsOf } from "../collapse.ts";
import { type Arena, CHUNK } from "../memory/arena.ts";
import { SMALL } from "../memory/small.ts";
import { bring, takeBack } from "../memory/staging.ts";
import { addPlain } from "../plain/add.ts";
import { copyFloats } from "../plain/copy.ts";
import type { AddInto } from "./add.ts";

export type GatherInto = (out: NdArray, table: NdArray, indices: NdArray) => NdArray;
export type GatherAddInto = (out: NdArray, x: NdArray, table: NdArray, indices: NdArray) => NdArray;

type Addresses = [out: number, x: number, table: number];

/** @param addInto of the same memory */
export function gatherOn(
  arena: Arena,
  addInto: AddInto,
): { gatherInto: GatherInto; gatherAddInto: GatherAddInto } {
  const { kernels, places, floats } = arena;

  const gatherInto: GatherInto = (out, table, indices) => {
    const { rows, width } = check("gather", out, table, indices);
    const [to, from] = [arena.addressOf(out.data), arena.addressOf(table.data)];
    if (kernels !== undefined && to >= 0 && from >= 0 && rows * width >= SMALL) {
      eachIndices(indices, (at, first, count) => {
        kernels.gather(to + 4 * first * width, from, at, count, width);
      });
    } else {
      for (let i = 0; i < rows; i++) {
        copyFloats(
          out.data as Float32Array,
          i * width,
          table.data as Float32Array,
          indices.data[i]! * width,
          width,
        );
      }
    }
    return out;
  };

  return {
    gatherInto,

    gatherAddInto(out, x, table, indices) {
      checkFloats(arena, "gatherAdd", "x", x);
      const { rows, width } = check("gatherAdd", out, table, indices);
      if (stepsOf(x.shape, out.shape) === undefined) {
        throw new RangeError(
          `gatherAdd: x must broadcast to shape ${shapeText(out.shape)}, got ${shapeText(x.shape)}`,
        );
      }
      const whole = x.data.length === out.data.length;
      checkApart(arena, "gatherAdd", out, "x", x, whole);
      if (out.data.length === 0) return out;
      if (!whole && !endsWith(out.shape, x.shape, table.shape.length - 1)) {
        gatherInto(out, table, indices);
        return addInto(out, out, x);
      }
      const sharers = out.data.length / x.data.length;
      const each = rows / sharers;
      if (kernels === undefined || rows * width < SMALL || width * 4 > CHUNK) {
        for (let i = 0; i < rows; i++) {
          const row = indices.data[i]! * width;
          addPlain(
            ...([out.data as Float32Array, i * width, x.data, (i % each) * width, 1] as const),
            ...([table.data as Float32Array, row, 1, width] as const),
          );
        }
        return out;
      }
      const [to, other, from] = [out, x, table].map(({ data }) => arena.addressOf(data)) as Addresses;
      // sharers need all indices at once
      const atOnce = sharers === 1 || arena.addressOf(indices.data) >= 0 || indices.data.length * 4 <= CHUNK;
      if (to >= 0 && other >= 0 && from >= 0 && atOnce) {
        eachIndices(indices, (at, first, count) => {
          const offset = 4 * first * width;
          const own = sharers === 1 ? count : each;
          kernels.gatherAdd(
            ...([to + offset, other + offset, from, at] as const),
            ...([sharers, 4 * each * width, 4 * each, own, width] as const),
          );
        });
      } else staged(out as Floats, x, table as Floats, indices as Integers, width, sharers, [to, other]);
      return out;
    },
  };

  /** Rows of an ordinary table are gathered into the memory, and added there to rows of x that stay for all sharers. */
  function staged(
    out: Floats,
    x: Floats,
    table: Floats,
    indices: Integers,
    width: number,
    sharers: number,
    [to, other]: [number, number],
  ): void {
    const deep = Math.floor(CHUNK / 4 / width);
    const rows = indices.data.length / sharers;
    for (let row = 0; row < rows; row += deep) {
      const size = Math.min(deep, rows - row) * width;
      const at = row * width;
      const given = bring(arena, x.data, other, at, size, places[0]);
      for (let sharer = 0; sharer < sharers; sharer++) {
        const start = (sharer * rows + row) * width;
        for (let k = 0; k < size; k += width) {
          const from = indices.data[(start + k) / width]! * width;
          bring(arena, table.data, -1, from, width, places[1] + 4 * k);
        }
        const result = to >= 0 ? to + 4 * start : places[1];
        kernels!.addRows(result, given, places[1], 1, size, 0, 0);
        takeBack(arena, out.data, to, start, size, places[1]);
      }
    }
  }

  /** Calls `body` with the addresses of indices; those of an ordinary array are copied, a chunk at a time. */
  function eachIndices(
    { data }: NdArray,
    body: (address: number, first: number, count: number) => void,
  ): void {
    const address = arena.addressOf(data);
    if (address >= 0) {
      body(address, 0, data.length);
      return;
    }
    const most = CHUNK / 4;
    const whole = new Int32Array(floats.buffer, places[3], most);
    for (let first = 0; first < data.length; first += most) {
      const part = data.subarray(first, first + most) as Int32Array;
      whole.set(part);
      body(places[3], first, part.length);
    }
  }

  function check(
    who: string,
    out: NdArray,
    table: NdArray,
    indices: NdArray,
  ): { rows: number; width: number } {
    checkFloats(arena, who, "table", table);
    checkIntegers(arena, who, "indices", indices);
    checkFloats(arena, who, "out", out);
    if (table.shape.length === 0) {
      throw new RangeError(`${who}: table must have shape [rows, ...rest], got ${shapeText(table.shape)}`);
    }
    const [length, ...rest] = table.shape as [number, ...number[]];
    checkShape(who, "out", out, [...indices.shape, ...rest]);
    checkApart(arena, who, out, "table", table, false);
    checkApart(arena, who, out, "indices", indices, false);
    const { data } = indices;
    for (let i = 0; i < data.length; i++) {
      const row = data[i]!;
      if (!(row >= 0 && row < length)) {
        throw new RangeError(`${who}: indices must be from 0 to ${length - 1}, got ${row} at index ${i}`);
      }
    }
    return { rows: data.length, width: size(rest) };
  }
}

/** Whether `shape` is the end of `whole`, of at least `axes` axes, but for leading ones. */
function endsWith(whole: readonly number[], shape: readonly number[], axes: number): boolean {
  const own = shape.slice(shape.findIndex((length) => length !== 1));
  return own.length >= axes && sameShape(whole.slice(whole.length - own.length), own);
}
