import fc from "fast-check";
import { expect, test } from "vitest";
import { fillSincos, frequencies, geometric, isFrequencies } from "./frequencies.ts";

/** The exact value of a float64 number × 2^1200, as a whole number. */
function scaled(x: number): bigint {
  if (x === 0) return 0n;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))) - 53, -1074);
  const mantissa = x * 2 ** -exponent;
  return BigInt(mantissa) << BigInt(exponent + 1200);
}

test("base^(-i·numerator/denominator) to about 30 digits: the power of each is exact", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom(2, 10, 100, 10_000, 500_000, 1_000_000),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 2 }),
      (denominator, base, numerator, start) => {
        const count = 5;
        const { high, low } = geometric({ base, count, numerator, denominator, start });
        for (let i = 0; i < count; i++) {
          // f^denominator · base^(start + i·numerator) = 1, in whole numbers
          const one = 1n << 1200n;
          const f = scaled(high[i]!) + scaled(low[i]!);
          let power = one;
          for (let k = 0; k < denominator; k++) power = (power * f) >> 1200n;
          const product = power * BigInt(base) ** BigInt(start + i * numerator);
          const error = Number(((product - one) * 10n ** 40n) >> 1200n) / 1e40;
          expect(Math.abs(error)).toBeLessThan(1e-28);
          expect(Math.abs(low[i]!)).toBeLessThanOrEqual(2 ** -53 * high[i]!);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test("the first is 1 unless it starts later", () => {
  const { high, low } = geometric({ base: 10_000, count: 3, numerator: 2, denominator: 4 });
  expect([...high]).toEqual([1, 0.01, 0.0001]);
  // 0.01 is not a float64 number: low holds the rest, 0.01 − fl(0.01)
  expect(low[1]).toBeCloseTo(-2.0816681711721684e-19, 33);
  expect(geometric({ base: 16, count: 2, numerator: 1, denominator: 4, start: 1 }).high).toEqual(
    Float64Array.of(0.5, 0.25),
  );
});

test("frequencies of one's own, and telling them from tensors", () => {
  const own = frequencies([0.5, 2]);
  expect(own).toEqual({ high: Float64Array.of(0.5, 2), low: new Float64Array(2) });
  expect(isFrequencies(own)).toBe(true);
  for (const other of [null, undefined, 1, {}, [1], new Float64Array(2), { high: [1], low: [0] }]) {
    expect(isFrequencies(other)).toBe(false);
  }
});

test("sines and cosines of fractions and negative positions", () => {
  const positions = [0.25, -3.5, 1000.75];
  const own = [1, 0.3];
  const [sin, cos] = [new Float32Array(6), new Float32Array(6)];
  fillSincos(positions, frequencies(own), sin, cos);
  positions.forEach((p, i) => {
    own.forEach((f, j) => {
      expect(sin[2 * i + j]).toBeCloseTo(Math.sin(p * f), 6);
      expect(cos[2 * i + j]).toBeCloseTo(Math.cos(p * f), 6);
    });
  });
});
