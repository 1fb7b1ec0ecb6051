import fc from "fast-check";
import { expect, test } from "vitest";
import { float16Bits, fromFloat16Bits } from "./float16.ts";

const every = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
const numbers = fromFloat16Bits(every);

test("known patterns", () => {
  const known: [number, number][] = [
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [0, 0x0000],
    [-0, 0x8000],
    [Number.POSITIVE_INFINITY, 0x7c00],
    [1 / 3, 0x3555],
  ];
  expect([...float16Bits(Float32Array.from(known, ([value]) => value))]).toEqual(
    known.map(([, bits]) => bits),
  );
  expect([...fromFloat16Bits(Uint16Array.of(0x3555, 0x8000, 0xfc00, 0x7e00))]).toEqual([
    0.333251953125,
    -0,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
  ]);
});

test("every float16 number comes back", () => {
  const bits = float16Bits(numbers);
  const wrong = every.filter((pattern, i) => bits[i] !== pattern && !Number.isNaN(numbers[i]!));
  expect([...wrong]).toEqual([]);
});

test("any other number becomes the nearest one, and the even one of two", () => {
  const finite = [...numbers].filter((value) => Math.abs(value) <= 65504);
  fc.assert(
    fc.property(fc.float({ min: -65519, max: 65519, noNaN: true }), (value) => {
      const [bits] = float16Bits(Float32Array.of(value));
      const found = numbers[bits!]!;
      const best = Math.min(...finite.map((other) => Math.abs(other - value)));
      return Math.abs(found - value) === best;
    }),
    { numRuns: 50 },
  );
  expect([
    ...float16Bits(Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 1.5 * 2 ** -24, 65519, 65520)),
  ]).toEqual([0x3c00, 0x3c02, 0x0002, 0x7bff, 0x7c00]);
});
