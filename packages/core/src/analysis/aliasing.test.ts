import { expect, test } from "vitest";
import { type AngleType, aliasing } from "./aliasing.ts";

/** x to so many significant bits, ties to even, in float64 arithmetic. */
function toBits(x: number, bits: number): number {
  const unit = 2 ** (Math.floor(Math.log2(x)) - bits + 1);
  const [below, rest] = [Math.floor(x / unit), (x / unit) % 1];
  const up = rest > 0.5 || (rest === 0.5 && below % 2 === 1);
  return (below + (up ? 1 : 0)) * unit;
}

test("bfloat16 positions alias at 256 and 257, float32 positions at 2^24", () => {
  expect(aliasing("bfloat16")).toBe(256);
  expect(toBits(257, 8)).toBe(256);
  expect(toBits(255, 8)).not.toBe(toBits(256, 8));
  expect(aliasing("float32")).toBe(2 ** 24);
  expect(Math.fround(2 ** 24 + 1)).toBe(2 ** 24);
});

test.each([[[0.3]], [[0.77, 0.9]], [[1.99]], [[0.3, 1]], [[1e-4]]])(
  "angles in bfloat16, frequencies %j: every position looked at",
  (frequencies) => {
    const angle = (p: number, frequency: number) => toBits(toBits(p, 8) * toBits(frequency, 8), 8);
    let first = 1;
    while (frequencies.some((frequency) => angle(first, frequency) !== angle(first + 1, frequency))) first++;
    expect(aliasing("bfloat16", frequencies)).toBe(first);
  },
);

test("a float32 frequency alone loses count before its positions do", () => {
  const frequency = Math.fround(0.1);
  const p = aliasing("float32", [0.1]);
  expect(p).toBeGreaterThan(2 ** 23);
  expect(p).toBeLessThan(2 ** 24);
  expect(Math.fround(p * frequency)).toBe(Math.fround((p + 1) * frequency));
  expect(Math.fround((p - 1) * frequency)).not.toBe(Math.fround(p * frequency));
});

test("where nothing turns, no positions are told apart", () => {
  expect(aliasing("float32", [0, 0])).toBe(0);
  expect(aliasing("float32", [])).toBe(0);
  expect(aliasing("bfloat16", [0, -1])).toBe(256);
});

test.each<[unknown, unknown, Error]>([
  ["float64", [1], new RangeError('aliasing: dtype must be "float32" or "bfloat16", got "float64"')],
  ["float32", 1, new TypeError("aliasing: frequencies must be an array of numbers, got 1")],
  ["float32", [1, Number.NaN], new RangeError("aliasing: frequencies[1] must be finite, got NaN")],
])("bad arguments %#", (dtype, frequencies, error) => {
  expect(() => aliasing(dtype as AngleType, frequencies as number[])).toThrow(error);
});
