import { show } from "../checks.ts";
import { sizeOf } from "../parameters.ts";
import { broadcastShape, broadcastStrides, eachRow } from "./broadcast.ts";
import type { NdArray } from "./nd-array.ts";

type Data = NdArray["data"];

/** sums [m] += factor · a row of `rows` [k, m], from `at` on. */
function addScaled(
  sums: Float64Array,
  to: number,
  factor: number,
  rows: Float64Array,
  at: number,
  m: number,
): void {
  for (let j = 0; j < m; j++) sums[to + j]! += factor * rows[at + j]!;
}

/** Four rows one after another: the same sums, loaded and stored once. */
function addFour(
  sums: Float64Array,
  factors: Data,
  from: number,
  rows: Float64Array,
  at: number,
  m: number,
): void {
  const [a, b, c, d] = [factors[from]!, factors[from + 1]!, factors[from + 2]!, factors[from + 3]!];
  for (let j = 0, i = at; j < m; j++, i++) {
    sums[j] = sums[j]! + a * rows[i]! + b * rows[i + m]! + c * rows[i + 2 * m]! + d * rows[i + 3 * m]!;
  }
}

/** The same for two rows of sums [2, m], whose factors are `apart`: what is loaded serves both. */
function addFourToTwo(
  sums: Float64Array,
  factors: Data,
  from: number,
  apart: number,
  rows: Float64Array,
  at: number,
  m: number,
): void {
  const [a, b, c, d] = [factors[from]!, factors[from + 1]!, factors[from + 2]!, factors[from + 3]!];
  const next = from + apart;
  const [e, f, g, h] = [factors[next]!, factors[next + 1]!, factors[next + 2]!, factors[next + 3]!];
  for (let j = 0, i = at; j < m; j++, i++) {
    const p = rows[i]!;
    const q = rows[i + m]!;
    const r = rows[i + 2 * m]!;
    const s = rows[i + 3 * m]!;
    sums[j] = sums[j]! + a * p + b * q + c * r + d * s;
    sums[j + m] = sums[j + m]! + e * p + f * q + g * r + h * s;
  }
}

/** Each row of the result is summed in float64 and rounded once. */
export function matMul(a: NdArray, b: NdArray): NdArray {
  const [n, k] = a.shape.slice(-2) as [number, number];
  const [inner, m] = b.shape.slice(-2) as [number, number];
  if (k !== inner) {
    throw new RangeError(
      `matMul: inner lengths must agree, got shapes ${show([...a.shape])} and ${show([...b.shape])}`,
    );
  }
  const lead = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const out = new Float32Array(sizeOf(lead) * n * m);
  const sums = new Float64Array(2 * m);
  const rows = new Float64Array(k * m);
  let held = -1; // the matrix of b that `rows` is a copy of
  const matrices = (x: NdArray) => broadcastStrides(x.shape.slice(0, -2), lead);
  let o = 0;
  eachRow(
    [...lead, 1],
    [
      [...matrices(a), 0],
      [...matrices(b), 0],
    ],
    ([matrixA, matrixB]) => {
      if (matrixB !== held) {
        held = matrixB!;
        rows.set(b.data.subarray(held * k * m, (held + 1) * k * m));
      }
      for (let row = 0; row < n; row += 2) {
        const count = Math.min(2, n - row);
        const from = (matrixA! * n + row) * k;
        sums.fill(0);
        let i = 0;
        for (; i + 4 <= k; i += 4) {
          if (count === 2) addFourToTwo(sums, a.data, from + i, k, rows, i * m, m);
          else addFour(sums, a.data, from + i, rows, i * m, m);
        }
        for (; i < k; i++) {
          for (let y = 0; y < count; y++) addScaled(sums, y * m, a.data[from + y * k + i]!, rows, i * m, m);
        }
        out.set(count === 2 ? sums : sums.subarray(0, m), o);
        o += count * m;
      }
    },
  );
  return { data: out, shape: [...lead, n, m] };
}
