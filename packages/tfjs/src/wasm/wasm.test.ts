import "@tensorflow/tfjs";
import { random } from "@posenc/core";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { mendWasm } from "./index.ts";

beforeAll(() => {
  mendWasm();
  mendWasm(); // idempotent
});

/** The same computation on both backends, and what it leaves behind on the second. */
async function onBoth(f: () => tf.Tensor): Promise<[cpu: Float32Array, wasm: Float32Array, left: number]> {
  const results: Float32Array[] = [];
  let left = 0;
  for (const backend of ["cpu", "wasm"]) {
    await tf.setBackend(backend);
    const [tensors, data] = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
    const result = tf.tidy(f);
    results.push(Float32Array.from(result.dataSync()));
    result.dispose();
    left = tf.memory().numTensors - tensors + tf.engine().backend.numDataIds() - data;
  }
  return [results[0]!, results[1]!, left];
}

const normal = (shape: number[], name: string): tf.Tensor => {
  const source = random(7, name);
  return tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, source.normal), shape);
};

function expectClose(actual: Float32Array, expected: Float32Array, tolerance = 1e-4): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(tolerance);
  });
}

describe("BatchMatMul", () => {
  const cases = [
    { a: [5, 7], b: [7, 3] },
    { a: [1, 33, 65], b: [1, 65, 17] },
    { a: [2, 3, 4, 6], b: [2, 3, 6, 5] },
    { a: [1, 9], b: [9, 1] },
  ];
  for (const { a, b } of cases) {
    for (const [transposeA, transposeB] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      test(`[${a}] × [${b}], transposed: ${transposeA}, ${transposeB}`, async () => {
        const turned = (shape: number[], yes: boolean) =>
          yes ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;
        const [cpu, wasm, left] = await onBoth(() =>
          tf.matMul(
            normal(turned(a, transposeA), "a"),
            normal(turned(b, transposeB), "b"),
            transposeA,
            transposeB,
          ),
        );
        expectClose(wasm, cpu);
        expect(left).toBe(0);
      });
    }
  }

  test("gradients of both operands", async () => {
    for (const which of [0, 1]) {
      const [cpu, wasm, left] = await onBoth(() => {
        const product = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.square(tf.matMul(a, b)));
        return tf.grads(product as (...x: tf.Tensor[]) => tf.Tensor)([
          normal([6, 8], "a"),
          normal([8, 4], "b"),
        ])[which]!;
      });
      expectClose(wasm, cpu, 1e-3);
      expect(left).toBe(0);
    }
  });
});

describe("UnsortedSegmentSum", () => {
  test("repeated ids, ids without rows, ids outside", async () => {
    const [cpu, wasm, left] = await onBoth(() =>
      tf.unsortedSegmentSum(normal([6, 3], "x"), tf.tensor1d([0, 2, 2, -1, 0, 9], "int32"), 4),
    );
    expectClose(wasm, cpu, 1e-6);
    expect(left).toBe(0);
  });

  test("the gradient of gather, by hand", async () => {
    await tf.setBackend("wasm");
    const gradient = tf.tidy(() =>
      Array.from(
        tf
          .grad((table: tf.Tensor) =>
            tf.sum(
              tf.gather(
                table,
                tf.tensor2d(
                  [
                    [0, 1],
                    [1, 1],
                  ],
                  [2, 2],
                  "int32",
                ),
              ),
            ),
          )(tf.ones([3, 2]))
          .dataSync(),
      ),
    );
    expect(gradient).toEqual([1, 1, 3, 3, 0, 0]);
  });
});
