import { expect, test } from "vitest";
import { sampler } from "./sampler.ts";

const logits = Float32Array.of(1, 3, 2, 3, -1);

test("greedy: the first of the likeliest", () => {
  expect(sampler({}, 0)(logits)).toBe(1);
  expect(sampler({ temperature: 0 }, 0)(Float32Array.of(-5, -7))).toBe(0);
});

/** Shares of 20,000 draws. */
function shares(options: { temperature: number; topK?: number }): number[] {
  const draw = sampler({ ...options, seed: 4 }, 0);
  const counts = new Array<number>(logits.length).fill(0);
  for (let i = 0; i < 20_000; i++) counts[draw(logits)]!++;
  return counts.map((count) => count / 20_000);
}

test.each([
  [{ temperature: 1 }, [0, 1, 2, 3, 4]],
  [{ temperature: 2.5 }, [0, 1, 2, 3, 4]],
  [{ temperature: 1, topK: 3 }, [1, 2, 3]],
  [{ temperature: 1, topK: 1 }, [1]],
])("drawn by the softmax of what is kept: %o", (options, kept) => {
  const weights = Array.from(logits, (logit, i) =>
    kept.includes(i) ? Math.exp(logit / options.temperature) : 0,
  );
  const sum = weights.reduce((a, b) => a + b);
  for (const [i, share] of shares(options).entries()) {
    const want = weights[i]! / sum;
    expect(Math.abs(share - want)).toBeLessThanOrEqual(5 * Math.sqrt((want * (1 - want)) / 20_000));
  }
});

test("a very low temperature is greedy, and nothing overflows", () => {
  const draw = sampler({ temperature: 1e-6 }, 0);
  expect(draw(Float32Array.of(1e30, 3e30, -1e30))).toBe(1);
});

test("rows draw numbers of their own", () => {
  const drawn = [0, 0, 1].map((row) => {
    const draw = sampler({ temperature: 5, seed: 1 }, row);
    return Array.from({ length: 20 }, () => draw(logits));
  });
  expect(drawn[0]).toEqual(drawn[1]);
  expect(drawn[0]).not.toEqual(drawn[2]);
});

test("logits that are not finite are no silence", () => {
  expect(() => sampler({}, 0)(Float32Array.of(1, Number.NaN))).toThrow(
    new RangeError("generate: the model's logits must be finite, got NaN or infinity"),
  );
});
