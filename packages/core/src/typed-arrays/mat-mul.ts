import { show } from "../checks.ts";
import { sizeOf } from "../parameters.ts";
import { broadcastShape, broadcastStrides, eachRow } from "./broadcast.ts";
import type { NdArray } from "./nd-array.ts";

type Data = NdArray["data"];

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
