import { type Analysis, analyze } from "@posenc/core";
import { expect, test } from "vitest";
import { everyEncoder } from "./every-encoder.ts";

/** Every number in plain data. */
function numbersOf(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersOf) : [];
}

test.each(
  everyEncoder.map((encoder) => [`${encoder.name} ${JSON.stringify(encoder.options)}`, encoder] as const),
)("%s", (_, encoder) => {
  const analysis = analyze(encoder, { length: 24, trainedLength: 64, seed: 1 });
  expect(JSON.parse(JSON.stringify(analysis))).toEqual(analysis);
  expect(numbersOf(analysis).every(Number.isFinite)).toBe(true);

  const { length, scores, heads, kind } = analysis;
  const { below = 24, sizes: [size = 24] = [] } = encoder.positions ?? {};
  expect(length).toBe(Math.min(24, below, size));
  expect(kind).toBe(encoder.kind);
  const shapes = ({ matrix, byDistance }: Analysis["scores"]) =>
    [matrix, byDistance.distances, byDistance.means, byDistance.relative].map((list) => list.length);
  for (const profile of [scores, ...heads]) {
    expect(shapes(profile)).toEqual([length ** 2, 2 * length - 1, 2 * length - 1, 2 * length - 1]);
    expect(profile.shiftSpread).toBeGreaterThanOrEqual(0);
  }
  expect(analysis.wavelengths?.values.length ?? 0).toBe(encoder.frequencies?.high.length ?? 0);
});
