import { expect, test } from "vitest";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { positionsFromSegments } from "./positions-from-segments.ts";

test("each document counts from 0, and so does each row", () => {
  const ids = array(Int32Array.of(1, 1, 1, 2, 2, 3, 3, 0, 0, 0, 1, 0), [2, 6]);
  const { data, shape } = positionsFromSegments(ids);
  expect(shape).toEqual([2, 6]);
  expect([...data]).toEqual([0, 1, 2, 0, 1, 0, 0, 0, 1, 2, 0, 0]);
});

test("one row without a batch; an id that comes back is a new document", () => {
  expect(positionsFromSegments(array(Int32Array.of(5, 5, -1, 5, 5, 5)))).toEqual(
    array(Int32Array.of(0, 1, 0, 0, 1, 2)),
  );
  expect(positionsFromSegments(array(new Int32Array(0))).shape).toEqual([0]);
});

test.each<[unknown, Error]>([
  [7, new TypeError("positionsFromSegments: segmentIds must be an array with data and shape, got 7")],
  [array(Float32Array.of(1)), new TypeError("positionsFromSegments: segmentIds must be int32, got float32")],
  [
    array(new Int32Array(1), []),
    new RangeError("positionsFromSegments: segmentIds must have shape [length] or [batch, length], got []"),
  ],
])("bad arguments %#", (ids, error) => {
  expect(() => positionsFromSegments(ids as NdArray)).toThrow(error);
});
