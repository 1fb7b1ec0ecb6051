import type { Operand } from "../ops.ts";
import { sizeOf } from "../parameters.ts";
import { broadcastShape, broadcastStrides, eachRow } from "./broadcast.ts";
import type { NdArray } from "./nd-array.ts";

type Data = NdArray["data"];

const like = (data: Data, length: number): Data =>
  data instanceof Int32Array ? new Int32Array(length) : new Float32Array(length);

export function unary(f: (a: number) => number) {
  return ({ data, shape }: NdArray): NdArray => {
    const out = like(data, data.length);
    for (let i = 0; i < data.length; i++) out[i] = f(data[i]!);
    return { data: out, shape };
  };
}

function lift(x: Operand<NdArray>, other: Operand<NdArray>): NdArray {
  if (typeof x !== "number") return x;
  return { data: like((other as NdArray).data, 1).fill(x), shape: [] };
}

/** Two rows with a step each (0 where one value is repeated), into `out` from `o` on. */
type RowLoop = (
  out: Data,
  o: number,
  n: number,
  a: Data,
  i: number,
  di: number,
  b: Data,
  j: number,
  dj: number,
) => void;

/** An operation on two tensors that broadcast, given its loop over a row. Each has its own, so that engines inline it. */
export function binary(loop: RowLoop) {
  return (x: Operand<NdArray>, y: Operand<NdArray>): NdArray => {
    const [a, b] = [lift(x, y), lift(y, x)];
    if (a.data.constructor !== b.data.constructor) {
      throw new TypeError("typed arrays: operands must have one type, got float32 and int32");
    }
    const shape = broadcastShape(a.shape, b.shape);
    const out = like(a.data, sizeOf(shape));
    if (a.data.length === out.length && b.data.length === out.length) {
      loop(out, 0, out.length, a.data, 0, 1, b.data, 0, 1);
      return { data: out, shape };
    }
    const width = shape.at(-1) ?? 1;
    const strides = [broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape)];
    const [stepA, stepB] = [strides[0]!.at(-1) ?? 0, strides[1]!.at(-1) ?? 0];
    let o = 0;
    eachRow(shape, strides, ([atA, atB]) => {
      loop(out, o, width, a.data, atA!, stepA, b.data, atB!, stepB);
      o += width;
    });
    return { data: out, shape };
  };
}

export const add = binary((out, o, n, a, i, di, b, j, dj) => {
  for (let k = 0; k < n; k++) out[o + k] = a[i + k * di]! + b[j + k * dj]!;
});
export const sub = binary((out, o, n, a, i, di, b, j, dj) => {
  for (let k = 0; k < n; k++) out[o + k] = a[i + k * di]! - b[j + k * dj]!;
});
export const mul = binary((out, o, n, a, i, di, b, j, dj) => {
  for (let k = 0; k < n; k++) out[o + k] = a[i + k * di]! * b[j + k * dj]!;
});
export const div = binary((out, o, n, a, i, di, b, j, dj) => {
  for (let k = 0; k < n; k++) out[o + k] = a[i + k * di]! / b[j + k * dj]!;
});
export const minimum = binary((out, o, n, a, i, di, b, j, dj) => {
  for (let k = 0; k < n; k++) out[o + k] = Math.min(a[i + k * di]!, b[j + k * dj]!);
});
export const maximum = binary((out, o, n, a, i, di, b, j, dj) => {
  for (let k = 0; k < n; k++) out[o + k] = Math.max(a[i + k * di]!, b[j + k * dj]!);
});
export const less = binary((out, o, n, a, i, di, b, j, dj) => {
  for (let k = 0; k < n; k++) out[o + k] = a[i + k * di]! < b[j + k * dj]! ? 1 : 0;
});
/** b where a is not 0, else 0. */
export const keep = binary((out, o, n, a, i, di, b, j, dj) => {
  for (let k = 0; k < n; k++) out[o + k] = a[i + k * di]! !== 0 ? b[j + k * dj]! : 0;
});
/** b where a is 0, else 0. */
export const drop = binary((out, o, n, a, i, di, b, j, dj) => {
  for (let k = 0; k < n; k++) out[o + k] = a[i + k * di]! !== 0 ? 0 : b[j + k * dj]!;
});
