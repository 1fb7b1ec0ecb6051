import { describe, expect, test } from "vitest";
import { plainTypedArrays, typedArrays } from "./index.ts";
import { array } from "./nd-array.ts";

test("takes host data as it is, one axis unless a shape is given", () => {
  const data = Float32Array.of(1, 2, 3, 4);
  expect(array(data)).toEqual({ data, shape: [4] });
  expect(array(data, [2, 2]).data).toBe(data);
  expect(array(data.subarray(0, 1), []).shape).toEqual([]);
  expect(array(new Int32Array(0), [2, 0]).shape).toEqual([2, 0]);
});

test("keeps its own shape", () => {
  const shape = [2, 2];
  const x = array(new Float32Array(4), shape);
  shape[0] = 9;
  expect(x.shape).toEqual([2, 2]);
});

test.each<[unknown, unknown, Error]>([
  [[1, 2], [2], new TypeError("array: data must be a Float32Array or an Int32Array, got [1, 2]")],
  [
    new Float64Array(2),
    [2],
    new TypeError("array: data must be a Float32Array or an Int32Array, got an object (Float64Array)"),
  ],
  [new Float32Array(2), 2, new TypeError("array: shape must be an array, got 2")],
  [new Float32Array(6), [2, 2], new RangeError("array: shape must hold the 6 values of data, got [2, 2]")],
  [new Float32Array(2), [-2, -1], new RangeError("array: shape[0] must be at least 0, got -2")],
  [new Float32Array(2), [2, 0.5], new RangeError("array: shape[1] must be a whole number, got 0.5")],
  [new Float32Array(2), ["2"], new TypeError('array: shape[0] must be a number, got "2"')],
])("bad arguments %#", (data, shape, error) => {
  expect(() => array(data as Float32Array, shape as number[])).toThrow(error);
});

describe("operations that do not fit", () => {
  const { add, gather, matMul, split, takeAlong, unflatten } = typedArrays;
  const x = (...shape: number[]) => array(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
  const m = array(Int32Array.of(0, 1, 2));

  test.each<[string, () => unknown, Error]>([
    [
      "shapes that do not broadcast",
      () => add(x(2, 3), x(2)),
      new RangeError("typed arrays: shapes must broadcast, got [2, 3] and [2]"),
    ],
    [
      "float32 and int32",
      () => add(x(3), m),
      new TypeError("typed arrays: operands must have one type, got float32 and int32"),
    ],
    [
      "inner lengths",
      () => matMul(x(2, 3), x(2, 3)),
      new RangeError("matMul: inner lengths must agree, got shapes [2, 3] and [2, 3]"),
    ],
    [
      "leading axes of a product",
      () => matMul(x(2, 2, 3), x(3, 3, 2)),
      new RangeError("typed arrays: shapes must broadcast, got [2] and [3]"),
    ],
    [
      "an index beyond the table",
      () => gather(x(2, 4), m),
      new RangeError("gather: indices must be from 0 to 1, got 2 at index 2"),
    ],
    [
      "more lists of indices than rows",
      () => takeAlong(x(2), array(Int32Array.of(0, 1), [2, 1])),
      new RangeError("takeAlong: indices must broadcast to the leading axes of x [2], got [2, 1]"),
    ],
    [
      "an index beyond the axis",
      () => takeAlong(x(2, 2), m),
      new RangeError("takeAlong: indices must be from 0 to 1, got 2"),
    ],
    [
      "sizes of parts",
      () => split(x(2, 3), [1, 1], -1),
      new RangeError("typed arrays: split sizes must add up to 3, got [1, 1]"),
    ],
    [
      "sizes of an axis",
      () => unflatten(x(2, 6), [4, 2]),
      new RangeError("array: shape must hold the 12 values of data, got [2, 4, 2]"),
    ],
  ])("%s", (_, call, error) => {
    expect(call).toThrow(error);
  });
});

test("rotate by turns that are not rows of x: the body does it", () => {
  const layout = { pairing: "halves", dim: 4, rotaryDim: 4 } as const;
  const values = (...shape: number[]) =>
    array(
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i / 8),
      shape,
    );
  const turns = [
    { sin: values(3, 2, 2), cos: values(3, 2, 2) }, // more of them than rows
    { sin: values(1, 2), cos: values(2, 2) },
    { sin: values(2, 1), cos: values(2, 1) }, // one angle for all pairs
  ];
  for (const turn of turns) {
    expect(typedArrays.rotate(values(2, 4), turn, layout)).toEqual(
      plainTypedArrays.rotate(values(2, 4), turn, layout),
    );
  }
  const alien = { sin: values(3, 2), cos: values(3, 2) };
  expect(() => typedArrays.rotate(values(2, 4), alien, layout)).toThrow(
    new RangeError("typed arrays: shapes must broadcast, got [2, 2] and [3, 2]"),
  );
});
