import "@tensorflow/tfjs";
import { type Pairing, random } from "@posenc/core";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { tfjs } from "./ops.ts";
import { mendWasm } from "./wasm/index.ts";

const [length, dim, rotaryDim] = [3, 8, 6];
const values = (size: number, name: string) => {
  const { normal } = random(1, name);
  return Float32Array.from({ length: size }, normal);
};

/** Σ weight · rotate(x, turn), in float64, by complex multiplication. */
function weighted(
  x: ArrayLike<number>,
  sin: ArrayLike<number>,
  cos: ArrayLike<number>,
  weight: ArrayLike<number>,
  pairing: Pairing,
): number {
  const half = rotaryDim / 2;
  let sum = 0;
  for (let row = 0; row < length; row++) {
    for (let i = rotaryDim; i < dim; i++) sum += weight[row * dim + i]! * x[row * dim + i]!;
    for (let i = 0; i < half; i++) {
      const first = row * dim + (pairing === "halves" ? i : 2 * i);
      const second = first + (pairing === "halves" ? half : 1);
      const [s, c] = [sin[row * half + i]!, cos[row * half + i]!];
      sum +=
        weight[first]! * (x[first]! * c - x[second]! * s) +
        weight[second]! * (x[second]! * c + x[first]! * s);
    }
  }
  return sum;
}

/** d f / d x[i] for every i; f is linear in each of its arguments, so a wide step is exact. */
function differences(f: (x: Float64Array) => number, x: Float32Array): number[] {
  return Array.from(x, (_, i) => {
    const at = (step: number) => f(Float64Array.from(x, (value, j) => (i === j ? value + step : value)));
    return (at(0.5) - at(-0.5)) / 1;
  });
}

describe.each(["cpu", "wasm"])("the gradient of rotate on %s", (backend) => {
  test.each(["halves", "interleaved"] as const)("%s", async (pairing) => {
    mendWasm();
    await tf.setBackend(backend);
    const half = rotaryDim / 2;
    const [x, sin, cos, weight] = [
      values(length * dim, "x"),
      values(length * half, "sin"),
      values(length * half, "cos"),
      values(length * dim, "weight"),
    ];
    const before = tf.memory().numTensors;
    const gradients = tf.tidy(() => {
      const f = (x: tf.Tensor, sin: tf.Tensor, cos: tf.Tensor) =>
        tf.sum(
          tf.mul(tfjs.rotate(x, { sin, cos }, { pairing, dim, rotaryDim }), tf.tensor(weight, [length, dim])),
        );
      const inputs = [
        tf.tensor(x, [length, dim]),
        tf.tensor(sin, [length, half]),
        tf.tensor(cos, [length, half]),
      ];
      return tf
        .grads(f as (...x: tf.Tensor[]) => tf.Tensor)(inputs)
        .map((gradient) => Array.from(gradient.dataSync()));
    });
    const expected = [
      differences((x) => weighted(x, sin, cos, weight, pairing), x),
      differences((sin) => weighted(x, sin, cos, weight, pairing), sin),
      differences((cos) => weighted(x, sin, cos, weight, pairing), cos),
    ];
    gradients.forEach((gradient, which) => {
      gradient.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[which]![i]!, 5);
      });
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});

test("the gradient of a turn that broadcasts has the shape of the turn", async () => {
  await tf.setBackend("cpu");
  const layout = { pairing: "halves", dim: 4, rotaryDim: 4 } as const;
  const x = tf.ones([2, 3, 5, 4]);
  const gradient = tf.grad((sin: tf.Tensor) =>
    tf.sum(tfjs.rotate(x, { sin, cos: tf.ones([2, 1, 5, 2]) }, layout)),
  );
  const d = gradient(tf.zeros([2, 1, 5, 2]));
  expect(d.shape).toEqual([2, 1, 5, 2]);
  // Σ (a·cos − b·sin) + (b·cos + a·sin) with a = b = 1: the sines cancel
  expect(Array.from(d.dataSync())).toEqual(new Array(20).fill(0));
});
