import { alibi, learned, none, sinusoidal } from "@posenc/core";
import { expect, test } from "vitest";
import { scoreByDistance } from "./analysis.ts";

test("sinusoids: cosines of the distance, the same everywhere", () => {
  const { distances, relative, ...rest } = scoreByDistance("mine", sinusoidal({ dim: 4 }));
  expect(distances.length).toBe(127);
  distances.forEach((distance, i) => {
    expect(relative[i]).toBeCloseTo((Math.cos(distance) + Math.cos(distance / 100)) / 2, 4);
  });
  expect(rest).toMatchObject({
    encoder: "mine",
    relation: "ratio",
    length: 64,
    heads: 1,
    shiftInvariant: true,
  });
});

test("a bias: the weight, as a mean over the heads", () => {
  const { distances, relative, heads } = scoreByDistance(
    "alibi",
    alibi({ heads: 2, direction: "symmetric" }),
  );
  expect(heads).toBe(2);
  distances.forEach((distance, i) => {
    const d = Math.abs(distance);
    expect(relative[i]).toBeCloseTo((Math.exp(-d / 16) + Math.exp(-d / 256)) / 2, 4);
  });
});

test("trained values, and as many positions as there are", () => {
  const table = Float32Array.of(1, 0, 2, 2, 3, 4);
  const result = scoreByDistance("learned", learned({ dim: 2, maxLength: 3 }), { table });
  const mean = (1 + 8 + 25) / 3;
  expect(result.relative).toEqual([3, 8, mean, 8, 3].map((score) => Number((score / mean).toPrecision(5))));
  expect(result).toMatchObject({ length: 3, shiftInvariant: false, atZero: mean });
});

test("no positions, nothing to set a score against", () => {
  expect(scoreByDistance("none", none()).relative.every((value) => value === null)).toBe(true);
});
