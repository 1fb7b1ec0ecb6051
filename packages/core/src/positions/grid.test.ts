import { expect, test } from "vitest";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { grid, gridBetween } from "./grid.ts";
import { gridFromMask } from "./grid-from-mask.ts";
import { randomPositions } from "./random-positions.ts";

test("grid: row by row, the last axis first", () => {
  expect(grid(2, 3)).toEqual({ data: Int32Array.of(0, 0, 0, 1, 0, 2, 1, 0, 1, 1, 1, 2), shape: [6, 2] });
  expect(grid(3)).toEqual({ data: Int32Array.of(0, 1, 2), shape: [3, 1] });
  expect([...grid(2, 2, 2).data.subarray(15, 21)]).toEqual([1, 0, 1, 1, 1, 0]);
});

test("gridBetween: both ends included", () => {
  expect(gridBetween(-1, 1, 1, 3)).toEqual({ data: Float32Array.of(-1, -1, -1, 0, -1, 1), shape: [3, 2] });
});

test("gridFromMask: pixels counted along columns and rows, padding repeats the last", () => {
  const mask = array(Int32Array.of(1, 1, 0, 1, 1, 0), [2, 3]);
  expect([...gridFromMask(mask).data]).toEqual([1, 1, 1, 2, 0, 2, 2, 1, 2, 2, 0, 2]);
  const { data, shape } = gridFromMask(array(mask.data, [1, 2, 3]), {
    normalise: true,
    scale: 6,
    epsilon: 1,
  });
  expect(shape).toEqual([1, 6, 2]);
  expect([...data]).toEqual([2, 2, 2, 4, 0, 4, 4, 2, 4, 4, 0, 4]);
});

test("randomPositions: different, rising, below the end, and every one as likely", () => {
  const counts = new Array(6).fill(0);
  for (let seed = 0; seed < 3000; seed++) {
    const positions = [...randomPositions(2, { maxLength: 6, seed }).data];
    expect(positions[0]).toBeLessThan(positions[1]!);
    for (const position of positions) counts[position]++;
  }
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120); // 4.6 standard deviations
  const all = randomPositions(5, { maxLength: 5, seed: 9 });
  expect(all).toEqual({ data: Int32Array.of(0, 1, 2, 3, 4), shape: [5] });
  const far = { maxLength: 2 ** 31 - 1, seed: 1 };
  expect(randomPositions(4, far)).toEqual(randomPositions(4, far));
  expect(randomPositions(4, { ...far, seed: 2 })).not.toEqual(randomPositions(4, far));
});

test.each<[() => unknown, Error]>([
  [() => grid(), new RangeError("grid: sizes must be one or more, got []")],
  [() => grid(2, 0), new RangeError("grid: sizes[1] must be at least 1, got 0")],
  [() => gridBetween(0, Number.NaN, 2), new RangeError("gridBetween: to must be finite, got NaN")],
  [
    () => gridFromMask(array(Int32Array.of(1))),
    new RangeError("gridFromMask: mask must have shape [height, width] or [batch, height, width], got [1]"),
  ],
  [
    () => gridFromMask(array(Int32Array.of(1, 2), [1, 2])),
    new RangeError("gridFromMask: mask must be 0 or 1, got 2 at index 1"),
  ],
  [
    () => gridFromMask(array(Float32Array.of(1), [1, 1])),
    new TypeError("gridFromMask: mask must be int32, got float32"),
  ],
  [
    () => gridFromMask(undefined as unknown as NdArray),
    new TypeError("gridFromMask: mask must be an object, got undefined"),
  ],
  [
    () => randomPositions(7, { maxLength: 6, seed: 0 }),
    new RangeError("randomPositions: n must be at most 6, got 7"),
  ],
])("bad input %#", (call, error) => {
  expect(call).toThrow(error);
});
