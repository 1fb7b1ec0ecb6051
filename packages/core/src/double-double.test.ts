import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  type DoubleDouble,
  divide,
  exactly,
  logarithm,
  multiply,
  subtract,
  TWO_PI,
} from "./double-double.ts";

/** The exact value × 2^1200, as a whole number. */
function whole(...parts: readonly number[]): bigint {
  return parts.reduce((sum, x) => {
    if (x === 0) return sum;
    const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))) - 53, -1074);
    return sum + (BigInt(x * 2 ** -exponent) << BigInt(exponent + 1200));
  }, 0n);
}

function relativeError(got: DoubleDouble, want: bigint): number {
  const off = whole(...got) - want;
  return want === 0n ? Number(off) : Number((off * 10n ** 40n) / want) / 1e40;
}

const high = fc.double({ min: 1e-12, max: 1e12, noNaN: true });
const pair = fc
  .tuple(high, fc.integer({ min: -1000, max: 1000 }))
  .map(([x, rest]): DoubleDouble => [x, (x * rest * 2 ** -54) / 1000]);

test("sum, difference, product and quotient to 30 digits", () => {
  fc.assert(
    fc.property(pair, pair, (a, b) => {
      const [x, y] = [whole(...a), whole(...b)];
      expect(Math.abs(relativeError(add(a, b), x + y))).toBeLessThan(1e-30);
      expect(Math.abs(relativeError(multiply(a, b), (x * y) >> 1200n))).toBeLessThan(1e-30);
      expect(Math.abs(relativeError(divide(a, b), (x << 1200n) / y))).toBeLessThan(1e-30);
      const difference = whole(...subtract(a, b)) - (x - y);
      expect(Number((difference * 10n ** 40n) / (x + y)) / 1e40).toBeCloseTo(0, 30);
    }),
    { numRuns: 500 },
  );
});

// [x, the float64 value of ln x, and what is left], with mpmath at 60 digits
describe("the natural logarithm", () => {
  test.each([
    [2, Math.LN2, 2.3190468138462996e-17],
    [10_000, 9.210340371976184, -8.683024893528997e-16],
    [0.001, -6.907755278982137, -2.1613487097372872e-16],
    [150_000, 11.918390573078392, 4.660529847581318e-16],
    [1.0000001, 9.999999505838704e-8, 1.5249709528441489e-24],
    [32, 3.4657359027997265, 4.930038229799327e-18],
  ])("of %d", (x, wantHigh, wantLow) => {
    const [gotHigh, gotLow] = logarithm(exactly(x));
    expect(Math.abs(gotHigh - wantHigh + (gotLow - wantLow))).toBeLessThan(1e-28 * Math.max(1, wantHigh));
  });

  test("of 1 is 0", () => {
    const [one, rest] = logarithm(exactly(1));
    expect(Math.abs(one + rest)).toBeLessThan(1e-30);
  });
});

test("2π, with mpmath at 60 digits", () => {
  expect(TWO_PI).toEqual([6.283185307179586, 2.4492935982947064e-16]);
});
