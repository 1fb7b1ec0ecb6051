/** What moves values and computes nothing. */
import { show } from "../checks.ts";
import { sizeOf } from "../parameters.ts";
import { broadcastShape, broadcastStrides, eachRow } from "./broadcast.ts";
import type { NdArray } from "./nd-array.ts";

type Data = NdArray["data"];

export const slotOf = (rank: number, axis: number): number => rank + axis;
const emptyLike = ({ data }: NdArray, length: number) =>
  data instanceof Int32Array ? new Int32Array(length) : new Float32Array(length);

/** A view costs more than a short loop. */
function copy(from: NdArray["data"], start: number, length: number, to: NdArray["data"], at: number): void {
  if (length > 16) to.set(from.subarray(start, start + length), at);
  else for (let i = 0; i < length; i++) to[at + i] = from[start + i]!;
}

/** `count` runs of `length` values, which lie so many steps apart here and there. */
function copyRuns(
  from: Data,
  start: number,
  step: number,
  to: Data,
  at: number,
  toStep: number,
  length: number,
  count: number,
): void {
  if (length === 1) for (let i = 0; i < count; i++) to[at + i * toStep] = from[start + i * step]!;
  else for (let i = 0; i < count; i++) copy(from, start + i * step, length, to, at + i * toStep);
}

export function swapAxes({ data, shape }: NdArray, first: number, second: number): NdArray {
  const slots = [slotOf(shape.length, first), slotOf(shape.length, second)] as const;
  const [i, j] = [Math.min(...slots), Math.max(...slots)];
  if (i === j) return { data, shape };
  const [n, m] = [shape[i]!, shape[j]!];
  const [outer, between, inner] = [[0, i] as const, [i + 1, j] as const, [j + 1] as const].map((part) =>
    sizeOf(shape.slice(...part)),
  ) as [number, number, number];
  const out = emptyLike({ data, shape }, data.length);
  if (inner === 1) swapValues(data, out, [outer, n, between, m]);
  else {
    let o = 0;
    for (let block = 0; block < outer; block++) {
      for (let y = 0; y < m; y++) {
        for (let z = 0; z < between; z++) {
          for (let x = 0; x < n; x++, o += inner) {
            copy(data, (((block * n + x) * between + z) * m + y) * inner, inner, out, o);
          }
        }
      }
    }
  }
  return { data: out, shape: shape.with(i, m).with(j, n) };
}

/** [outer, n, between, m] → [outer, m, between, n] */
function swapValues(from: Data, to: Data, [outer, n, between, m]: readonly [number, number, number, number]) {
  let at = 0;
  for (let block = 0; block < outer; block++) {
    for (let x = 0; x < n; x++) {
      for (let z = 0; z < between; z++) {
        let o = (block * m * between + z) * n + x;
        for (let y = 0; y < m; y++, o += between * n) to[o] = from[at++]!;
      }
    }
  }
}

export function concat(xs: readonly NdArray[], axis: number): NdArray {
  const first = xs[0]!;
  const at = slotOf(first.shape.length, axis);
  const others = ({ shape }: NdArray) => shape.toSpliced(at, 1);
  for (const x of xs) {
    if (others(x).join() !== others(first).join()) {
      throw new RangeError(
        `concat: shapes must agree but for axis ${axis}, got ${show([...first.shape])} and ${show([...x.shape])}`,
      );
    }
  }
  const rows = sizeOf(first.shape.slice(0, at));
  const blocks = xs.map(({ shape }) => sizeOf(shape.slice(at)));
  const width = blocks.reduce((a, b) => a + b, 0);
  const out = emptyLike(first, rows * width);
  let start = 0;
  for (const [i, { data }] of xs.entries()) {
    copyRuns(data, 0, blocks[i]!, out, start, width, blocks[i]!, rows);
    start += blocks[i]!;
  }
  const length = xs.reduce((sum, { shape }) => sum + shape[at]!, 0);
  return { data: out, shape: first.shape.map((n, i) => (i === at ? length : n)) };
}

export function split(x: NdArray, sizes: readonly number[], axis: number): NdArray[] {
  const at = slotOf(x.shape.length, axis);
  const length = x.shape[at]!;
  if (sizes.reduce((a, b) => a + b, 0) !== length) {
    throw new RangeError(`typed arrays: split sizes must add up to ${length}, got ${show([...sizes])}`);
  }
  const inner = sizeOf(x.shape.slice(at + 1));
  const rows = x.data.length / (length * inner);
  let start = 0;
  return sizes.map((size) => {
    const out = emptyLike(x, rows * size * inner);
    copyRuns(x.data, start * inner, length * inner, out, 0, size * inner, size * inner, rows);
    start += size;
    return { data: out, shape: x.shape.map((n, i) => (i === at ? size : n)) };
  });
}

export function gather({ data, shape }: NdArray, indices: NdArray): NdArray {
  const [rows, ...rest] = shape as [number, ...number[]];
  const width = sizeOf(rest);
  const out = emptyLike({ data, shape }, indices.data.length * width);
  indices.data.forEach((row: number, i: number) => {
    if (!(row >= 0 && row < rows))
      throw new RangeError(`gather: indices must be from 0 to ${rows - 1}, got ${row} at index ${i}`);
    copy(data, row * width, width, out, i * width);
  });
  return { data: out, shape: [...indices.shape, ...rest] };
}

export function takeAlong({ data, shape }: NdArray, indices: NdArray): NdArray {
  const [lead, length] = [shape.slice(0, -1), shape.at(-1)!];
  const width = indices.shape.at(-1)!;
  if (`${broadcastShape(lead, indices.shape.slice(0, -1))}` !== `${lead}`) {
    throw new RangeError(
      `takeAlong: indices must broadcast to the leading axes of x ${show([...shape])}, got ${show([...indices.shape])}`,
    );
  }
  const out = emptyLike({ data, shape }, sizeOf(lead) * width);
  const strides = [...broadcastStrides(indices.shape.slice(0, -1), lead).map((stride) => stride * width), 0];
  let [o, start] = [0, 0];
  eachRow([...lead, 1], [strides], ([at]) => {
    for (let j = 0; j < width; j++) {
      const place = indices.data[at! + j]!;
      if (!(place >= 0 && place < length)) {
        throw new RangeError(`takeAlong: indices must be from 0 to ${length - 1}, got ${place}`);
      }
      out[o++] = data[start + place]!;
    }
    start += length;
  });
  return { data: out, shape: [...lead, width] };
}
