import { expect, test } from "vitest";
import { bind } from "../bind.ts";
import { initialise } from "../parameters.ts";
import { range } from "../range.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array } from "../typed-arrays/nd-array.ts";
import { type DebertaBiasOptions, debertaBias } from "./deberta-bias.ts";
import { type T5Options, t5 } from "./t5.ts";

const ofRows = (rows: number, heads: number) =>
  array(
    Float32Array.from({ length: rows * heads }, (_, i) => Math.floor(i / heads) + 100 * (i % heads)),
    [rows, heads],
  );

test("a score is the entry of its bucket and head: [heads, q, k]", () => {
  const apply = bind(t5({ heads: 2, numBuckets: 8, maxDistance: 16 }), typedArrays, { table: ofRows(8, 2) });
  const { data, shape } = apply(range(2), range(3));
  expect(shape).toEqual([2, 2, 3]);
  expect([...data]).toEqual([0, 5, 6, 1, 0, 5, 100, 105, 106, 101, 100, 105]);
});

test("causal and scaled, at any distance", () => {
  const encoder = t5({ heads: 1, numBuckets: 8, maxDistance: 16, direction: "causal", scale: 3 });
  const apply = bind(encoder, typedArrays, { table: ofRows(8, 1) });
  // 4 · 4^(j / 4): 4, 5.7, 8, 11.3
  const keys = array(Int32Array.of(1000, 999, 996, 995, 994, 993, 992, 988, 984, 0, 1001));
  expect([...apply(range(1, 1000), keys).data]).toEqual([0, 1, 4, 4, 5, 5, 6, 7, 7, 7, 0].map((n) => 3 * n));
});

test("rows of a batch have scores of their own", () => {
  const apply = bind(t5({ heads: 1 }), typedArrays, { table: ofRows(32, 1) });
  const { data, shape } = apply(array(Int32Array.of(5, 2), [2, 1]), array(Int32Array.of(5, 4, 2, 3), [2, 2]));
  expect(shape).toEqual([2, 1, 1, 2]);
  expect([...data]).toEqual([0, 1, 0, 17]);
});

test("the table begins small and normal", () => {
  const table = initialise(t5({ heads: 8, numBuckets: 256 }).parameters, 1).table!;
  const deviation = Math.sqrt(table.reduce((sum, value) => sum + value ** 2, 0) / table.length);
  expect(deviation).toBeGreaterThan(0.045);
  expect(deviation).toBeLessThan(0.055);
});

test("debertaBias: relative is query − key, and buckets end at either end of the table", () => {
  const encoder = debertaBias({ heads: 1, positionBuckets: 6, maxRelativePositions: 28 });
  const apply = bind(encoder, typedArrays, { table: ofRows(12, 1) });
  const relative = [0, 1, 3, 4, 10, 27, 28, 99, -1, -3, -9, -10, -27, -28, -99];
  const keys = array(Int32Array.from(relative, (r) => 200 - r));
  expect([...apply(range(1, 200), keys).data]).toEqual([6, 7, 9, 10, 11, 11, 11, 11, 5, 3, 2, 1, 1, 0, 0]);
});

test.each<[object, Error]>([
  [{}, new TypeError("t5: heads must be a number, got undefined")],
  [{ heads: 0 }, new RangeError("t5: heads must be at least 1, got 0")],
  [{ heads: 2, numBuckets: 2 }, new RangeError("t5: numBuckets must be at least 4, got 2")],
  [
    { heads: 2, maxDistance: 2 ** 21 },
    new RangeError("t5: maxDistance must be at most 1048576, got 2097152"),
  ],
  [{ heads: 2, scale: Number.NaN }, new RangeError("t5: scale must be finite, got NaN")],
  [
    { heads: 2, initialDeviation: -1 },
    new RangeError("t5: initialDeviation must be from 0 to 1000000, got -1"),
  ],
  [
    { heads: 2, buckets: 32 },
    new TypeError(
      't5: unknown option "buckets"; known are heads, numBuckets, maxDistance, direction, scale, initialDeviation',
    ),
  ],
])("bad options %j", (options, error) => {
  expect(() => t5(options as T5Options)).toThrow(error);
});

test.each<[object, Error]>([
  [{ heads: 2, positionBuckets: 1 }, new RangeError("debertaBias: positionBuckets must be even, got 1")],
  [{ heads: 2, positionBuckets: 7 }, new RangeError("debertaBias: positionBuckets must be even, got 7")],
  [
    { heads: 2, maxRelativePositions: "512" },
    new TypeError('debertaBias: maxRelativePositions must be a number, got "512"'),
  ],
])("bad options %j", (options, error) => {
  expect(() => debertaBias(options as DebertaBiasOptions)).toThrow(error);
});
