import fc from "fast-check";
import { expect, test } from "vitest";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { positionsFromMask } from "./positions-from-mask.ts";

const mask = (...rows: number[][]) => array(Int32Array.from(rows.flat()), [rows.length, rows[0]!.length]);

test("padding to the left, to the right, on both sides, everywhere and nowhere", () => {
  const rows = mask([0, 0, 1, 1, 1], [1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]);
  const { data, shape } = positionsFromMask(rows);
  expect(shape).toEqual([5, 5]);
  expect([...data]).toEqual([
    ...[0, 0, 0, 1, 2],
    ...[0, 1, 2, 0, 0],
    ...[0, 0, 1, 2, 0],
    ...[0, 0, 0, 0, 0],
    ...[0, 1, 2, 3, 4],
  ]);
});

test("one row without a batch", () => {
  expect(positionsFromMask(array(Int32Array.of(0, 1, 1)))).toEqual(array(Int32Array.of(0, 0, 1)));
  expect(positionsFromMask(array(new Int32Array(0), [2, 0])).shape).toEqual([2, 0]);
});

test("an offset for all rows, and one for each", () => {
  expect([...positionsFromMask(mask([0, 1, 1], [1, 1, 0]), 7).data]).toEqual([0, 7, 8, 7, 8, 0]);
  expect([...positionsFromMask(mask([1, 1], [1, 0]), [3, 5]).data]).toEqual([3, 4, 5, 0]);
});

test("a decode step continues what the whole mask gives", () => {
  const bit = fc.integer({ min: 0, max: 1 });
  fc.assert(
    fc.property(fc.array(bit, { minLength: 2, maxLength: 30 }), fc.nat(28), (bits, at) => {
      const cut = Math.min(at + 1, bits.length - 1);
      const before = bits.slice(0, cut).filter((b) => b === 1).length;
      const whole = positionsFromMask(array(Int32Array.from(bits)));
      const step = positionsFromMask(array(Int32Array.from(bits.slice(cut))), before);
      expect([...step.data]).toEqual([...whole.data.subarray(cut)]);
    }),
  );
});

const good = array(Int32Array.of(1, 1), [1, 2]);
test.each<[unknown, unknown, Error]>([
  [[0, 1], 0, new TypeError("positionsFromMask: mask must be an array with data and shape, got [0, 1]")],
  [
    undefined,
    0,
    new TypeError("positionsFromMask: mask must be an array with data and shape, got undefined"),
  ],
  [array(Float32Array.of(1, 1)), 0, new TypeError("positionsFromMask: mask must be int32, got float32")],
  [
    array(Int32Array.of(0, 1, 2)),
    0,
    new RangeError("positionsFromMask: mask must be 0 or 1, got 2 at index 2"),
  ],
  [array(Int32Array.of(-1)), 0, new RangeError("positionsFromMask: mask must be 0 or 1, got -1 at index 0")],
  [
    array(new Int32Array(4), [1, 2, 2]),
    0,
    new RangeError("positionsFromMask: mask must have shape [length] or [batch, length], got [1, 2, 2]"),
  ],
  [
    { data: new Int32Array(3), shape: [2, 2] },
    0,
    new RangeError("positionsFromMask: mask must hold 3 values in its shape, got [2, 2]"),
  ],
  [good, -1, new RangeError("positionsFromMask: offset must be at least 0, got -1")],
  [good, "1", new TypeError('positionsFromMask: offset must be a number, got "1"')],
  [good, [1, 2], new RangeError("positionsFromMask: offset must have one entry for each of 1 rows, got 2")],
  [good, [0.5], new RangeError("positionsFromMask: offset[0] must be a whole number, got 0.5")],
])("bad arguments %#", (given, offset, error) => {
  expect(() => positionsFromMask(given as NdArray, offset as number)).toThrow(error);
});
