import { checkBetween, checkCount, show } from "../checks.ts";
import { sizeOf } from "../parameters.ts";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";

/**
 * The places of a grid, row by row, for encoders with several axes: `grid(height, width)` is (0, 0), (0, 1) …
 * (height − 1, width − 1), `grid(depth, height, width)` the same in three dimensions.
 *
 * @returns int32 of shape [product of sizes, number of sizes]
 * @throws TypeError, RangeError where a size is no whole number of at least 1
 */
export function grid(...sizes: number[]): NdArray {
  checkSizes("grid", sizes);
  return array(Int32Array.from(places(sizes).flat()), [sizeOf(sizes), sizes.length]);
}

/**
 * A grid whose coordinates run from `from` to `to` along every axis, evenly spaced, both ends included: pixels as
 * Perceiver's Fourier features want them, `gridBetween(-1, 1, height, width)`. An axis of one place has `from`.
 *
 * @returns float32 of shape [product of sizes, number of sizes]
 * @throws TypeError, RangeError where an end is not finite or a size is no whole number of at least 1
 */
export function gridBetween(from: number, to: number, ...sizes: number[]): NdArray {
  checkBetween("gridBetween", "from", from, -(2 ** 30), 2 ** 30);
  checkBetween("gridBetween", "to", to, -(2 ** 30), 2 ** 30);
  checkSizes("gridBetween", sizes);
  const coordinates = places(sizes).flatMap((place) =>
    place.map((index, axis) => from + ((to - from) * index) / Math.max(sizes[axis]! - 1, 1)),
  );
  return array(Float32Array.from(coordinates), [sizeOf(sizes), sizes.length]);
}

function checkSizes(who: string, sizes: readonly number[]): void {
  if (sizes.length === 0) throw new RangeError(`${who}: sizes must be one or more, got ${show([...sizes])}`);
  for (const [axis, size] of sizes.entries()) checkCount(who, `sizes[${axis}]`, size);
  checkCount(who, "the product of sizes", sizeOf(sizes), 1, 2 ** 27);
}

function places(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>(
    (rows, size) => rows.flatMap((row) => Array.from({ length: size }, (_, index) => [...row, index])),
    [[]],
  );
}
