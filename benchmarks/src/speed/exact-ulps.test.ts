import { expect, test } from "vitest";
import { exactUlps } from "./exact-ulps.ts";

/** By Math.sin and Math.cos, rounded: true while the float64 product is. */
function table(count: number, dim: number): [sin: Float32Array, cos: Float32Array] {
  const half = dim / 2;
  const angle = (i: number) => Math.floor(i / half) * 10_000 ** (-(i % half) / half);
  const tables = [Math.sin, Math.cos].map((f) =>
    Float32Array.from({ length: count * half }, (_, i) => f(angle(i))),
  );
  return tables as [Float32Array, Float32Array];
}

test.each([
  ["all frequencies near the start", 123, 128],
  ["frequency 1, whose product is exact, far out", 131_029, 2],
])("true values, rounded, are within half a unit: %s", (_, count, dim) => {
  const ulps = exactUlps({ count, dim }, table(count, dim));
  expect(ulps).toBeGreaterThan(0.4);
  expect(ulps).toBeLessThanOrEqual(0.50001);
});

test("a value two places off is seen", () => {
  const [sin, cos] = table(123, 4);
  const above = sin.with(2 * 61, sin[2 * 61]! * (1 + 2 ** -22));
  expect(exactUlps({ count: 123, dim: 4 }, [above, cos])).toBeGreaterThan(1);
});
