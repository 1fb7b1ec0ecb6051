import { expect, test } from "vitest";
import { dataset, rowOf, type Samples } from "./task.ts";
import { tasks } from "./tasks.ts";

const all = Object.values(tasks);
const keys = (samples: Samples) => Array.from(samples.labels, (_, i) => rowOf(samples, i).join());

test.each(all)("$name: shapes, and a readable name for every token and class", (task) => {
  const { tokens, labels } = task.generate(50, 3);
  expect(tokens.shape).toEqual([50, 10]);
  expect(tokens.data).toBeInstanceOf(Int32Array);
  expect(labels).toHaveLength(50);
  expect(task.length).toBe(10);
  expect(task.words).toHaveLength(task.vocabulary);
  expect(new Set(task.words).size).toBe(task.vocabulary);
  expect(task.labels).toHaveLength(task.classes);
  expect(tokens.data.every((token) => token >= 0 && token < task.vocabulary)).toBe(true);
  expect(labels.every((label) => label >= 0 && label < task.classes)).toBe(true);
});

test.each(all)("$name: the seed decides; a larger count begins with a smaller", (task) => {
  const samples = task.generate(64, 7);
  expect(task.generate(64, 7)).toEqual(samples);
  expect(task.generate(64, 8).tokens.data).not.toEqual(samples.tokens.data);
  expect(task.generate(16, 7).tokens.data).toEqual(samples.tokens.data.slice(0, 160));
});

test.each(all)("$name: held-out samples do not occur in training", (task) => {
  const { train, heldOut } = dataset(task, { train: 3000, heldOut: 500, seed: 0 });
  expect(train).toEqual(task.generate(3000, 0));
  expect(heldOut.labels).toHaveLength(500);
  const seen = new Set(keys(train));
  expect(keys(heldOut).filter((key) => seen.has(key))).toEqual([]);
});

test("a held-out sample is drawn again where it occurs in training", () => {
  let draws = 0;
  const few = {
    ...tasks.first,
    sample(source: Parameters<typeof tasks.first.sample>[0]) {
      draws++;
      const digit = source.below(3);
      return { tokens: new Int32Array(10).fill(digit), label: digit };
    },
    generate: () => ({
      tokens: { data: new Int32Array(10).fill(1), shape: [1, 10] },
      labels: Int32Array.of(1),
    }),
  };
  const { heldOut } = dataset(few, { train: 1, heldOut: 200, seed: 0 });
  expect(new Set(heldOut.labels)).toEqual(new Set([0, 2]));
  expect(draws).toBeGreaterThan(200);
});

test("bad input is named before any work", () => {
  const { nearest } = tasks;
  expect(() => nearest.generate(0, 0)).toThrow(new RangeError("nearest: count must be at least 1, got 0"));
  expect(() => nearest.generate(1.5, 0)).toThrow("nearest: count must be a whole number, got 1.5");
  expect(() => nearest.generate(1, -1)).toThrow(new RangeError("nearest: seed must be at least 0, got -1"));
  expect(() => dataset(nearest, { train: 0, heldOut: 1, seed: 0 })).toThrow(
    new RangeError("dataset: train must be at least 1, got 0"),
  );
  expect(() => dataset(nearest, { train: 1, heldOut: Number.NaN, seed: 0 })).toThrow(
    "dataset: heldOut must be finite, got NaN",
  );
  const misspelt = { train: 1, heldOut: 1, seed: 0, held: 1 };
  expect(() => dataset(nearest, misspelt)).toThrow('dataset: unknown option "held"');
});
