import { fillSincos } from "@posenc/core";
import { expect, test } from "vitest";
import { ulp } from "./expect.ts";
import { truthFrequencies } from "./ops/turns.ts";
import { referenceCase } from "./reference.ts";

const far = referenceCase("truth_far", "rope/d128-theta1e4-far");
const positions = far.params.positions as readonly number[];
const frequencies = truthFrequencies(far);

/** How many of the sines and cosines are off by more than 1 ulp, and by how many ulp the worst one is. */
function failures(sin: ArrayLike<number>, cos: ArrayLike<number>): { count: number; worst: number } {
  const errors = (["sin", "cos"] as const).flatMap((name) => {
    const { data } = far.outputs[name]!;
    const found = { sin, cos }[name];
    return Array.from(data, (want, i) => Math.abs(found[i]! - want) / ulp(want));
  });
  return { count: errors.filter((error) => error > 1).length, worst: Math.max(...errors) };
}

test("plain float64 products are not enough between 1e6 and 2^24", () => {
  const angles = positions.flatMap((position) =>
    Array.from({ length: 64 }, (_, i) => position * 10_000 ** (-i / 64)),
  );
  const { count, worst } = failures(Float32Array.from(angles, Math.sin), Float32Array.from(angles, Math.cos));
  expect(count).toBeGreaterThan(0);
  expect(worst).toBeGreaterThan(1);
});

test("frequencies of 106 bits are", () => {
  const size = positions.length * frequencies.high.length;
  const [sin, cos] = [new Float32Array(size), new Float32Array(size)];
  fillSincos(positions, frequencies, sin, cos);
  expect(failures(sin, cos).count).toBe(0);
});
