import "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { tfjs } from "./ops.ts";
import { mendWasm } from "./wasm/index.ts";

test.each(["cpu", "wasm"])(
  "on %s a product of rank 5 that repeats an operand has its gradient",
  async (backend) => {
    mendWasm();
    await tf.setBackend(backend);
    // Σ a·b over [3, 1, 2, 1, 2] × [1, 2, 1, 2, 4]: each entry of a meets 2 · 4 entries of b, all 1
    const [inA, inB] = tf.tidy(() =>
      tf
        .grads((a: tf.Tensor, b: tf.Tensor) => tf.sum(tfjs.matMul(a, b)))([
          tf.ones([3, 1, 2, 1, 2]),
          tf.ones([1, 2, 1, 2, 4]),
        ])
        .map((gradient) => [gradient.shape, [...new Set(gradient.dataSync())]]),
    );
    expect(inA).toEqual([[3, 1, 2, 1, 2], [8]]);
    expect(inB).toEqual([[1, 2, 1, 2, 4], [6]]);
  },
);

test("the smaller of two tensors, of which one is repeated", async () => {
  await tf.setBackend("cpu");
  const gradient = tf.grad((row: tf.Tensor) =>
    tf.sum(
      tfjs.minimum(
        row,
        tf.tensor2d([
          [0, 9],
          [9, 9],
          [9, 0],
        ]),
      ),
    ),
  );
  expect([...gradient(tf.tensor1d([5, 5])).dataSync()]).toEqual([2, 2]);
});
