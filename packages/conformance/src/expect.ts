import { array, type NdArray, sizeOf } from "@posenc/core";
import { expect } from "vitest";

/** Expected values, in float64 where they were computed so. */
export interface Expected {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
  readonly dtype?: string;
}

/** The distance from one float32 number to the next, at `x`. */
export function ulp(x: number): number {
  const size = Math.abs(x);
  return size < 2 ** -126 ? 2 ** -149 : 2 ** (exponentOf(size) - 23);
}

function exponentOf(size: number): number {
  const guess = Math.floor(Math.log2(size));
  if (2 ** guess > size) return guess - 1;
  return 2 ** (guess + 1) <= size ? guess + 1 : guess;
}

/**
 * Every value within `tolerance`, given the expected value; int32 exactly. On failure: the first and the worst
 * place.
 */
export function expectWithin(
  got: Expected,
  want: Expected,
  tolerance: (want: number, index: number) => number,
  what = "output",
): void {
  expect([...got.shape], `${what}: shape`).toEqual([...want.shape]);
  expect(got.data.length, `${what}: number of values`).toBe(want.data.length);
  let worst = { excess: 0, text: "" };
  for (let i = 0; i < want.data.length; i++) {
    const [found, wanted] = [got.data[i]!, want.data[i]!];
    const error = Object.is(found, wanted) ? 0 : Math.abs(found - wanted);
    const excess = error / Math.max(tolerance(wanted, i), Number.MIN_VALUE);
    if (!(excess <= 1) && !(excess <= worst.excess)) {
      worst = { excess, text: `${what}[${i}] is ${found}, expected ${wanted} (off by ${error})` };
    }
  }
  expect(worst.text).toBe("");
}

/** Within `tolerance` · max(1, |expected|). */
export function expectClose(got: NdArray, want: Expected, tolerance = 1e-6, what = "output"): void {
  expectWithin(got, want, (wanted) => tolerance * Math.max(1, Math.abs(wanted)), what);
}

/**
 * Within `tolerance` · max(1, the norm of the expected row [dim]): the two products that make a value may be 10^30
 * each (xPos) and cancel, and float32 has 24 bits of them.
 */
export function expectRowsClose(got: NdArray, want: NdArray, tolerance: number, what: string): void {
  const dim = want.shape.at(-1)!;
  const { data } = norms(want);
  expectWithin(got, want, (_, i) => tolerance * Math.max(1, data[Math.floor(i / dim)]!), what);
}

/** Within `ulps` float32 ulp of the expected value. */
export function expectUlps(got: NdArray, want: Expected, ulps = 1, what = "output"): void {
  expectWithin(got, want, (wanted) => ulps * ulp(wanted), what);
}

type At = (...index: number[]) => number;

function fill<D extends Float32Array | Int32Array>(data: D, shape: readonly number[], at: At): D {
  const index = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    data[i] = at(...index);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
  return data;
}

/** The float32 array whose value at [i, j, …] is `at(i, j, …)`. */
export function floats(shape: readonly number[], at: At): NdArray {
  return array(fill(new Float32Array(sizeOf(shape)), shape, at), shape);
}

/** The int32 array whose value at [i, j, …] is `at(i, j, …)`. */
export function integers(shape: readonly number[], at: At): NdArray {
  return array(fill(new Int32Array(sizeOf(shape)), shape, at), shape);
}

/** [..., dim] → [..., 1], the Euclidean norms. */
export function norms({ data, shape }: NdArray): NdArray {
  const dim = shape.at(-1)!;
  const size = data.length / dim;
  const values = Float32Array.from({ length: size }, (_, i) =>
    Math.hypot(...data.subarray(i * dim, (i + 1) * dim)),
  );
  return array(values, [...shape.slice(0, -1), 1]);
}
