import { expect, test } from "vitest";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { segmentMask } from "./segment-mask.ts";

test("a query sees the keys of its own document", () => {
  const ids = array(Int32Array.of(7, 7, 4, 1, 2, 2), [2, 3]);
  const { data, shape } = segmentMask(ids);
  expect(shape).toEqual([2, 3, 3]);
  expect([...data]).toEqual([1, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1]);
});

test("keys in a cache; no batch is a batch of one", () => {
  expect(segmentMask(array(Int32Array.of(5)), array(Int32Array.of(4, 5, 5)))).toEqual(
    array(Int32Array.of(0, 1, 1), [1, 1, 3]),
  );
  expect(segmentMask(array(Int32Array.of(5)), array(new Int32Array(0))).shape).toEqual([1, 1, 0]);
});

test.each<[unknown, unknown, Error]>([
  [7, undefined, new TypeError("segmentMask: queries must be an array with data and shape, got 7")],
  [
    array(Int32Array.of(1)),
    array(Float32Array.of(1)),
    new TypeError("segmentMask: keys must be int32, got float32"),
  ],
  [
    array(Int32Array.of(1, 2), [2, 1]),
    array(Int32Array.of(1, 2, 3), [3, 1]),
    new RangeError("segmentMask: keys must have the same rank and batch as queries [2, 1], got [3, 1]"),
  ],
])("bad arguments %#", (queries, keys, error) => {
  expect(() => segmentMask(queries as NdArray, keys as NdArray)).toThrow(error);
});
