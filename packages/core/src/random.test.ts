import { expect, test } from "vitest";
import { random } from "./random.ts";

test("the same seed and name give the same numbers, another name others", () => {
  const first = (seed: number, name?: string) => Array.from({ length: 8 }, random(seed, name).uniform);
  expect(first(1, "a")).toEqual(first(1, "a"));
  expect(first(1, "a")).not.toEqual(first(1, "b"));
  expect(first(1, "a")).not.toEqual(first(2, "a"));
  expect(first(1)).not.toEqual(first(1, "a"));
});

test("uniform numbers lie evenly in [0, 1)", () => {
  const { uniform } = random(3);
  const tenths = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) {
    const x = uniform();
    expect(x >= 0 && x < 1).toBe(true);
    tenths[Math.floor(x * 10)]!++;
  }
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(400);
});

test("normal numbers are finite, with mean 0 and deviation 1", () => {
  const { normal } = random(4);
  const values = Array.from({ length: 100_000 }, normal);
  expect(values.every(Number.isFinite)).toBe(true);
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.01);
  expect(Math.abs(variance - 1)).toBeLessThan(0.02);
});

test("below gives each of the numbers", () => {
  const { below } = random(5);
  const seen = new Set(Array.from({ length: 200 }, () => below(6)));
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5]);
});

test("a permutation has every number once, and each is first equally often", () => {
  const { permutation } = random(6);
  const firsts = new Array<number>(5).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const order = permutation(5);
    expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
    firsts[order[0]!]!++;
  }
  for (const count of firsts) expect(Math.abs(count - 2000)).toBeLessThan(200);
});

test("streams of seeds in a row are not alike", () => {
  const firsts = Array.from({ length: 1000 }, (_, seed) => random(seed, "weights").uniform());
  const mean = firsts.reduce((a, b) => a + b) / firsts.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.03);
  expect(new Set(firsts).size).toBe(1000);
});
