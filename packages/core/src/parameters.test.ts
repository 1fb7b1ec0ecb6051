import { describe, expect, test } from "vitest";
import { initialise, type Parameters, sizeOf } from "./parameters.ts";

const parameters: Parameters = {
  a: { shape: [200, 50], init: { normal: 2 } },
  b: { shape: [200, 50], init: { normal: 2 } },
  zeros: { shape: [3, 2], init: "zeros" },
  ones: { shape: [4], init: "ones" },
  given: { shape: [2, 2], init: { values: [1, 2, 3, 4] } },
};

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

test("zeros, ones and given values", () => {
  const { zeros, ones, given } = initialise(parameters, 0);
  expect(zeros).toEqual(new Float32Array(6));
  expect(ones).toEqual(Float32Array.of(1, 1, 1, 1));
  expect(given).toEqual(Float32Array.of(1, 2, 3, 4));
});

describe("random values", () => {
  const { a, b } = initialise(parameters, 7) as { a: Float32Array; b: Float32Array };

  test("are normal with the deviation that was asked for", () => {
    const squares = a.map((x) => x * x);
    const within = (limit: number) => a.filter((x) => Math.abs(x) < limit).length / a.length;
    expect(Math.abs(mean(a))).toBeLessThan(0.1);
    expect(Math.sqrt(mean(squares))).toBeCloseTo(2, 1);
    expect(within(2)).toBeCloseTo(0.683, 1);
    expect(within(4)).toBeCloseTo(0.954, 1);
  });

  test("are the same for the same seed, others for another", () => {
    expect(initialise(parameters, 7).a).toEqual(a);
    expect(initialise(parameters, 8).a).not.toEqual(a);
  });

  test("of two parameters are independent", () => {
    const product = mean(a.map((x, i) => x * b[i]!)) / 4;
    expect(Math.abs(product)).toBeLessThan(0.05);
  });

  test("do not change when a parameter is added or taken away", () => {
    expect(initialise({ a: parameters.a! }, 7).a).toEqual(a);
    expect(initialise({ first: parameters.b!, ...parameters }, 7).a).toEqual(a);
  });
});

test("bad values", () => {
  expect(() => initialise({ w: { shape: [2, 2], init: { values: [1] } } }, 0)).toThrow(
    new RangeError("w: init.values must be 4 numbers for shape [2, 2], got 1"),
  );
  expect(() => initialise(parameters, -1)).toThrow(
    new RangeError("initialise: seed must be at least 0, got -1"),
  );
  expect(() => initialise(parameters, 0.5)).toThrow(
    new RangeError("initialise: seed must be a whole number, got 0.5"),
  );
  expect(() => initialise(parameters, "7" as never)).toThrow(
    new TypeError('initialise: seed must be a number, got "7"'),
  );
});

test("sizeOf", () => {
  expect([sizeOf([]), sizeOf([3]), sizeOf([2, 3, 4]), sizeOf([2, 0])]).toEqual([1, 3, 24, 0]);
});
