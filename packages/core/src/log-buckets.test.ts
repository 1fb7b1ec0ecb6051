import fc from "fast-check";
import { expect, test } from "vitest";
import { type DebertaBucketOptions, debertaBuckets, type T5BucketOptions, t5Buckets } from "./log-buckets.ts";

test("T5: near distances have a bucket each, further ones share", () => {
  // 10 · 32^(j / 10): 10, 14.1, 20, 28.3, 40, 56.6, 80, 113.1, 160, 226.3
  const bucket = t5Buckets({ numBuckets: 20, maxDistance: 320, direction: "causal" });
  const begins = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 29, 40, 57, 80, 114, 160, 227];
  begins.forEach((distance, i) => {
    expect(bucket(-distance)).toBe(i);
    if (distance > 0) expect(bucket(1 - distance)).toBe(i - 1);
  });
  expect([-320, -1e9, 1, 1e9].map(bucket)).toEqual([19, 19, 0, 0]);
});

test("T5, to both sides: half the buckets each", () => {
  // 4 · 16^(j / 4): 4, 8, 16, 32
  const bucket = t5Buckets({ numBuckets: 16, maxDistance: 64 });
  expect([-64, -32, -31, -8, -7, -3, 0].map(bucket)).toEqual([7, 7, 6, 5, 4, 3, 0]);
  expect([64, 32, 31, 8, 7, 3, 1].map(bucket)).toEqual([15, 15, 14, 13, 12, 11, 9]);
});

test("T5: an odd number to both sides leaves the last one out", () => {
  const bucket = t5Buckets({ numBuckets: 5, maxDistance: 9 });
  expect([-9, -1, 0, 1, 9].map(bucket)).toEqual([1, 1, 0, 3, 3]);
});

test("DeBERTa: near positions are themselves, further ones share", () => {
  // up to 3, 3 · 9^(1 / 2) = 9, 3 · 9 = 27
  const bucket = debertaBuckets({ positionBuckets: 6, maxRelativePositions: 28 });
  expect([0, 1, 3, 4, 9, 10, 27, 28, 81, 82].map(bucket)).toEqual([0, 1, 3, 4, 4, 5, 5, 6, 6, 7]);
  expect([-1, -3, -4, -9, -10, -27, -28].map(bucket)).toEqual([-1, -3, -4, -4, -5, -5, -6]);
});

test("buckets grow with the distance, one by one", () => {
  const options = fc
    .tuple(fc.integer({ min: 4, max: 80 }), fc.integer({ min: 1, max: 2000 }))
    .map(([numBuckets, more]) => ({ numBuckets, maxDistance: Math.floor(numBuckets / 2) + more }));
  fc.assert(
    fc.property(options, ({ numBuckets, maxDistance }) => {
      const bucket = t5Buckets({ numBuckets, maxDistance, direction: "causal" });
      for (let d = 1; d <= maxDistance + 1; d++) expect(bucket(-d)).toBeGreaterThanOrEqual(bucket(1 - d));
      expect(bucket(-maxDistance)).toBe(numBuckets - 1);
      expect(bucket(-2 * maxDistance)).toBe(numBuckets - 1);
    }),
    { numRuns: 30 },
  );
});

test.each<[T5BucketOptions, Error]>([
  [{ numBuckets: 3 }, new RangeError("t5Buckets: numBuckets must be at least 4, got 3")],
  [{ numBuckets: 1, direction: "causal" }, new RangeError("t5Buckets: numBuckets must be at least 2, got 1")],
  [{ maxDistance: 8 }, new RangeError("t5Buckets: maxDistance must be at least 9, got 8")],
  [{ maxDistance: 12.5 }, new RangeError("t5Buckets: maxDistance must be a whole number, got 12.5")],
  [
    { direction: "left" as "causal" },
    new RangeError('t5Buckets: direction must be "bidirectional" or "causal", got "left"'),
  ],
])("bad options %j", (options, error) => {
  expect(() => t5Buckets(options)).toThrow(error);
});

test.each<[DebertaBucketOptions, Error]>([
  [{ positionBuckets: 1 }, new RangeError("debertaBuckets: positionBuckets must be at least 2, got 1")],
  [
    { maxRelativePositions: 129 },
    new RangeError("debertaBuckets: maxRelativePositions must be at least 130, got 129"),
  ],
])("bad options %j", (options, error) => {
  expect(() => debertaBuckets(options)).toThrow(error);
});
