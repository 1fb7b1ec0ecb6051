import { show } from "../checks.ts";
import { fillSincos } from "../frequencies.ts";
import type { Primitives } from "../ops.ts";
import { sizeOf } from "../parameters.ts";
import { relativePositions } from "../relative-positions.ts";
import { broadcastShape, broadcastStrides, eachRow } from "./broadcast.ts";
import * as elementwise from "./elementwise.ts";
import { array, type NdArray } from "./nd-array.ts";

type Data = NdArray["data"];

const slotOf = (rank: number, axis: number): number => rank + axis;
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

/** Folds each line along `axis` into one value, in float64. */
function reduction(fold: (line: Float64Array) => number) {
  return ({ data, shape }: NdArray, axis: number): NdArray => {
    const at = slotOf(shape.length, axis);
    const length = shape[at]!;
    const inner = sizeOf(shape.slice(at + 1));
    const out = new Float32Array(data.length / length);
    const line = new Float64Array(length);
    for (let o = 0; o < out.length; o++) {
      const start = Math.floor(o / inner) * length * inner + (o % inner);
      for (let i = 0; i < length; i++) line[i] = data[start + i * inner]!;
      out[o] = fold(line);
    }
    return { data: out, shape: shape.map((n, i) => (i === at ? 1 : n)) };
  };
}

const float = ({ data, shape }: NdArray): NdArray => ({ data: Float32Array.from(data), shape });

const total = (line: Float64Array): number => line.reduce((sum, value) => sum + value, 0);

function swapAxes({ data, shape }: NdArray, first: number, second: number): NdArray {
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

function concat(xs: readonly NdArray[], axis: number): NdArray {
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

function split(x: NdArray, sizes: readonly number[], axis: number): NdArray[] {
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

function gather({ data, shape }: NdArray, indices: NdArray): NdArray {
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

function takeAlong({ data, shape }: NdArray, indices: NdArray): NdArray {
  const [lead, length] = [shape.slice(0, -1), shape.at(-1)!];
  const width = indices.shape.at(-1)!;
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

function uniqueDistances(queries: NdArray, keys: NdArray) {
  const { data, shape } = relativePositions(primitives, queries, keys);
  const places = new Map<number, number>();
  for (let i = 0; i < data.length; i++) places.set(data[i]!, 0);
  const distances = Int32Array.from(places.keys()).sort();
  for (const [place, distance] of distances.entries()) places.set(distance, place);
  const index = new Int32Array(data.length);
  for (let i = 0; i < data.length; i++) index[i] = places.get(data[i]!)!;
  return { distances: array(distances), index: array(index, shape) };
}

function addScaled(sums: Float64Array, factor: number, row: Data, at: number): void {
  for (let j = 0; j < sums.length; j++) sums[j]! += factor * row[at + j]!;
}

/** Four rows one after another: the same sums, loaded and stored once. */
function addFour(sums: Float64Array, factors: Data, from: number, rows: Data, at: number): void {
  const m = sums.length;
  const [a, b, c, d] = [factors[from]!, factors[from + 1]!, factors[from + 2]!, factors[from + 3]!];
  for (let j = 0, i = at; j < m; j++, i++) {
    sums[j] = sums[j]! + a * rows[i]! + b * rows[i + m]! + c * rows[i + 2 * m]! + d * rows[i + 3 * m]!;
  }
}

/** Each row of the result is summed in float64 and rounded once. */
function matMul(a: NdArray, b: NdArray): NdArray {
  const [n, k] = a.shape.slice(-2) as [number, number];
  const [inner, m] = b.shape.slice(-2) as [number, number];
  if (k !== inner) {
    throw new RangeError(
      `matMul: inner lengths must agree, got shapes ${show([...a.shape])} and ${show([...b.shape])}`,
    );
  }
  const lead = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const out = new Float32Array(sizeOf(lead) * n * m);
  const sums = new Float64Array(m);
  const matrices = (x: NdArray) => broadcastStrides(x.shape.slice(0, -2), lead);
  let o = 0;
  eachRow(
    [...lead, 1],
    [
      [...matrices(a), 0],
      [...matrices(b), 0],
    ],
    ([matrixA, matrixB]) => {
      for (let row = 0; row < n; row++, o += m) {
        sums.fill(0);
        const [from, of] = [(matrixA! * n + row) * k, matrixB! * k * m];
        let i = 0;
        for (; i + 4 <= k; i += 4) addFour(sums, a.data, from + i, b.data, of + i * m);
        for (; i < k; i++) addScaled(sums, a.data[from + i]!, b.data, of + i * m);
        out.set(sums, o);
      }
    },
  );
  return { data: out, shape: [...lead, n, m] };
}

export const primitives: Primitives<NdArray> = {
  describe: ({ data, shape }) => ({
    shape,
    dtype: data instanceof Int32Array ? "int32" : "float32",
    values: () => data,
  }),
  constant: array,

  add: elementwise.add,
  sub: elementwise.sub,
  mul: elementwise.mul,
  div: elementwise.div,
  minimum: elementwise.minimum,
  maximum: elementwise.maximum,

  neg: elementwise.unary((a) => -a),
  abs: elementwise.unary(Math.abs),
  floor: elementwise.unary(Math.floor),
  sqrt: elementwise.unary(Math.sqrt),
  exp: elementwise.unary(Math.exp),
  log: elementwise.unary(Math.log),
  sin: elementwise.unary(Math.sin),
  cos: elementwise.unary(Math.cos),
  float,
  int: ({ data, shape }) => ({ data: Int32Array.from(data), shape }),

  less: (a, b) => float(elementwise.less(a, b)),
  where(condition, a, b) {
    const wholes = [a, b].some((x) => typeof x !== "number" && x.data instanceof Int32Array);
    const test = wholes ? { ...condition, data: Int32Array.from(condition.data) } : condition;
    return elementwise.add(elementwise.keep(test, a), elementwise.drop(test, b));
  },

  expandDims: ({ data, shape }, axis) => ({
    data,
    shape: shape.toSpliced(slotOf(shape.length + 1, axis), 0, 1),
  }),
  squeeze: ({ data, shape }, axis) => ({ data, shape: shape.toSpliced(slotOf(shape.length, axis), 1) }),
  swapAxes,
  unflatten: ({ data, shape }, sizes) => array(data, [...shape.slice(0, -1), ...sizes]),
  flatten: ({ data, shape }, size) => array(data, [...shape.slice(0, -2), size]),
  concat,
  split,
  gather,
  takeAlong,
  uniqueDistances,

  matMul,
  sum: reduction(total),
  mean: reduction((line) => total(line) / line.length),
  max: reduction((line) => line.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)),

  exactSincos({ data, shape }, frequencies) {
    const size = data.length * frequencies.high.length;
    const [sin, cos] = [new Float32Array(size), new Float32Array(size)];
    fillSincos(data, frequencies, sin, cos);
    const tableShape = [...shape, frequencies.high.length];
    return { sin: { data: sin, shape: tableShape }, cos: { data: cos, shape: tableShape } };
  },
};
