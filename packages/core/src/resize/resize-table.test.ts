import { expect, test } from "vitest";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { type ResizeOptions, resizeTable } from "./resize-table.ts";

const line = (...values: number[]): NdArray => array(Float32Array.from(values), [values.length, 1]);
const resized = (table: NdArray, options: ResizeOptions) => [...resizeTable(table, options).data];

test("linear, by hand", () => {
  expect(resized(line(0, 10), { from: [2], to: [4] })).toEqual([0, 2.5, 7.5, 10]);
  expect(resized(line(0, 10, 20), { from: [3], to: [5], alignCorners: true })).toEqual([0, 5, 10, 15, 20]);
  expect(resized(line(0, 10, 20), { from: [3], to: [1], alignCorners: true })).toEqual([0]);
  expect(resized(line(0, 1, 2, 3), { from: [4], to: [2] })).toEqual([0.5, 2.5]);
});

test("nearest rounds down; nearest-exact takes the nearest cell", () => {
  expect(resized(line(1, 2, 3), { from: [3], to: [2], mode: "nearest" })).toEqual([1, 2]);
  expect(resized(line(1, 2, 3), { from: [3], to: [2], mode: "nearest-exact" })).toEqual([1, 3]);
});

test("cubic at a quarter: the weights of a = −0.75", () => {
  const [, , , got] = resized(line(0, 0, 1, 0, 0), { from: [5], to: [10], mode: "cubic" });
  // place 3 of 10 lies at 1.25, three quarters from the 1: a(t³ − …) = (a + 2)t³ − (a + 3)t² + 1
  expect(got).toBeCloseTo(1.25 * 0.75 ** 3 - 2.25 * 0.75 ** 2 + 1, 6);
});

test("antialiasing averages where the table shrinks", () => {
  const [got] = resized(line(0, 1, 2, 3), { from: [4], to: [1], antialias: true });
  expect(got).toBeCloseTo(1.5, 6);
  expect(resized(line(5, 5, 5, 5), { from: [4], to: [3], mode: "cubic", antialias: true })).toEqual([
    5, 5, 5,
  ]);
});

test("two axes, and a prefix that stays", () => {
  const table = array(Float32Array.of(7, 8, 0, 1, 10, 11), [3, 2]);
  expect(resizeTable(table, { from: [1, 2], to: [2, 3], prefix: 1 })).toEqual({
    data: Float32Array.of(7, 8, 0, 1, 5, 6, 10, 11, 0, 1, 5, 6, 10, 11),
    shape: [7, 2],
  });
});

test("the same lengths give the same table, a scale of its own does not", () => {
  const table = line(1, 5, 2, 4);
  for (const mode of ["nearest", "linear", "cubic"] as const) {
    expect(resized(table, { from: [4], to: [4], mode })).toEqual([1, 5, 2, 4]);
  }
  expect(resized(line(0, 4), { from: [2], to: [2], scale: [2] })).toEqual([0, 1]);
});

test.each<[object, Error]>([
  [{ to: [4] }, new TypeError("resizeTable: from must be an array of numbers, got undefined")],
  [{ from: [2], to: [2, 2] }, new RangeError("resizeTable: to must have 1 entries, got [2, 2]")],
  [{ from: [2], to: [0] }, new RangeError("resizeTable: to[0] must be at least 1, got 0")],
  [
    { from: [3], to: [4] },
    new RangeError("resizeTable: table must have shape [3, dim] for from [3] and prefix 0, got [2, 1]"),
  ],
  [
    { from: [2], to: [4], mode: "bicubic" },
    new RangeError(
      'resizeTable: mode must be "nearest" or "nearest-exact" or "linear" or "cubic", got "bicubic"',
    ),
  ],
  [
    { from: [2], to: [4], mode: "nearest", antialias: true },
    new RangeError('resizeTable: antialias must be false with mode "nearest", got true'),
  ],
  [
    { from: [2], to: [4], alignCorners: true, antialias: true },
    new RangeError("resizeTable: alignCorners must be false with antialias, got true"),
  ],
  [{ from: [2], to: [4], scale: [0] }, new RangeError("resizeTable: scale[0] must be greater than 0, got 0")],
])("bad options %j", (options, error) => {
  expect(() => resizeTable(line(0, 1), options as ResizeOptions)).toThrow(error);
});

test("a table of whole numbers is none", () => {
  expect(() => resizeTable(array(Int32Array.of(1, 2), [2, 1]), { from: [2], to: [4] })).toThrow(
    new TypeError("resizeTable: table must be float32, got int32"),
  );
});
