import type { NdArray } from "@posenc/core";
import type { Ends, Excerpt } from "./data.ts";

const SHOWN = 3;

/** As plain numbers; −0 becomes 0, which is all that JSON knows. */
export function plain(values: ArrayLike<number>): number[] {
  return Array.from(values, (value) => {
    if (!Number.isFinite(value)) throw new RangeError(`trace: values must be finite, got ${value}`);
    return value === 0 ? 0 : value;
  });
}

export function ends(row: ArrayLike<number>): Ends {
  const values = plain(row);
  if (values.length <= 2 * SHOWN) return { first: values, last: [] };
  return { first: values.slice(0, SHOWN), last: values.slice(-SHOWN) };
}

export function statistics(values: ArrayLike<number>): {
  readonly mean: number;
  readonly deviation: number;
} {
  const numbers = Array.from(values);
  const mean = total(numbers) / numbers.length;
  const variance = total(numbers.map((value) => (value - mean) ** 2)) / numbers.length;
  const [plainMean] = plain([mean]) as [number];
  return { mean: plainMean, deviation: Math.sqrt(variance) };
}

/** Row `i` along the last axis, where the axes before it are taken as one. */
export function row({ data, shape }: NdArray, i: number): NdArray["data"] {
  const width = shape.at(-1)!;
  return data.subarray(i * width, (i + 1) * width);
}

/** [rows, columns] as one array for each row. */
export function matrix(x: NdArray): number[][] {
  return Array.from({ length: x.shape.at(-2)! }, (_, i) => plain(row(x, i)));
}

/** Of a matrix [rows, columns]. */
export function excerpt(x: NdArray): Excerpt {
  const rows = [0, x.shape.at(-2)! - 1];
  return {
    shape: [...x.shape],
    ...statistics(x.data),
    rows: rows.map((index) => ({ index, ends: ends(row(x, index)) })),
  };
}

export function product(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return total(Array.from(a, (value, i) => value * b[i]!));
}

export const norm = (a: ArrayLike<number>): number => Math.sqrt(product(a, a));

/** The same but for float32 rounding. */
export function alike(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(a), Math.abs(b));
}

export function indexOfMax(values: ArrayLike<number>): number {
  const numbers = Array.from(values);
  return numbers.indexOf(Math.max(...numbers));
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
