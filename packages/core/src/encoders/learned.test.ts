import { expect, test } from "vitest";
import { bind } from "../bind.ts";
import { initialise } from "../parameters.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array } from "../typed-arrays/nd-array.ts";
import { type LearnedOptions, learned } from "./learned.ts";

const table = array(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
const zeros = (...shape: number[]) => array(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);

test("adds row p of the table at position p", () => {
  const apply = bind(learned({ dim: 2, maxLength: 3 }), typedArrays, { table });
  expect([...apply(zeros(2, 2), array(Int32Array.of(2, 0))).data]).toEqual([5, 6, 1, 2]);
  const batch = apply(zeros(2, 1, 2), array(Int32Array.of(1, 2), [2, 1]));
  expect(batch).toEqual({ data: Float32Array.of(3, 4, 5, 6), shape: [2, 1, 2] });
});

test("the first values have the deviation that was asked for", () => {
  const deviation = (options: LearnedOptions) => {
    const values = initialise(learned(options).parameters, 3).table!;
    return Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
  };
  expect(deviation({ dim: 100, maxLength: 100 })).toBeCloseTo(0.02, 3);
  expect(deviation({ dim: 100, maxLength: 100, initialDeviation: 1 })).toBeCloseTo(1, 1);
});

test("an offset is the row of position 0", () => {
  const apply = bind(learned({ dim: 2, maxLength: 3, offset: 1 }), typedArrays, { table });
  expect([...apply(zeros(2, 2), array(Int32Array.of(0, 1))).data]).toEqual([3, 4, 5, 6]);
  expect(() => apply(zeros(1, 2), array(Int32Array.of(2)))).toThrow(
    new RangeError("learned: positions must be below 2, got 2 at index 0"),
  );
});

test("knows no position beyond its table", () => {
  const apply = bind(learned({ dim: 2, maxLength: 3 }), typedArrays, { table });
  expect(() => apply(zeros(2, 2), array(Int32Array.of(0, 3)))).toThrow(
    new RangeError("learned: positions must be below 3, got 3 at index 1"),
  );
});

test.each<[object, Error]>([
  [{ maxLength: 4 }, new TypeError("learned: dim must be a number, got undefined")],
  [{ dim: 4 }, new TypeError("learned: maxLength must be a number, got undefined")],
  [{ dim: 0, maxLength: 4 }, new RangeError("learned: dim must be at least 1, got 0")],
  [{ dim: 4, maxLength: -1 }, new RangeError("learned: maxLength must be at least 1, got -1")],
  [{ dim: 4, maxLength: 1.5 }, new RangeError("learned: maxLength must be a whole number, got 1.5")],
  [{ dim: 4, maxLength: "9" }, new TypeError('learned: maxLength must be a number, got "9"')],
  [
    { dim: 4, maxLength: 4, initialDeviation: 0 },
    new RangeError("learned: initialDeviation must be greater than 0, got 0"),
  ],
  [
    { dim: 4, maxLength: 4, initialDeviation: 1e40 },
    new RangeError("learned: initialDeviation must be from 0 to 1e+30, got 1e+40"),
  ],
  [{ dim: 4, maxLength: 4, offset: -1 }, new RangeError("learned: offset must be at least 0, got -1")],
  [{ dim: 4, maxLength: 4, offset: 4 }, new RangeError("learned: offset must be at most 3, got 4")],
  [{ dim: 4, maxLength: 4, offset: 0.5 }, new RangeError("learned: offset must be a whole number, got 0.5")],
  [
    { dim: 4, maxLength: 4, length: 4 },
    new TypeError('learned: unknown option "length"; known are dim, maxLength, initialDeviation, offset'),
  ],
])("bad options %j", (options, error) => {
  expect(() => learned(options as LearnedOptions)).toThrow(error);
});
