import { expect, test } from "vitest";
import { range } from "./range.ts";

test("counts from 0, or from an offset", () => {
  expect(range(3)).toEqual({ data: Int32Array.of(0, 1, 2), shape: [3] });
  expect(range(2, 10)).toEqual({ data: Int32Array.of(10, 11), shape: [2] });
  expect(range(1, 2 ** 31 - 1).data[0]).toBe(2147483647);
});

test.each<[number[], Error]>([
  [[0], new RangeError("range: n must be at least 1, got 0")],
  [[-2], new RangeError("range: n must be at least 1, got -2")],
  [[1.5], new RangeError("range: n must be a whole number, got 1.5")],
  [[Number.NaN], new RangeError("range: n must be finite, got NaN")],
  [[3, -1], new RangeError("range: offset must be at least 0, got -1")],
  [[3, 0.5], new RangeError("range: offset must be a whole number, got 0.5")],
  [[2, 2 ** 31 - 1], new RangeError("range: offset + n - 1 must be at most 2147483647, got 2147483648")],
])("bad arguments %j", ([n, offset], error) => {
  expect(() => range(n!, offset)).toThrow(error);
});

test("a length that is no number", () => {
  expect(() => range("3" as never)).toThrow(new TypeError('range: n must be a number, got "3"'));
});
