import "@tensorflow/tfjs";
import { random } from "@posenc/core";
import * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";

/** Seeded normal numbers. */
export const normal = (shape: readonly number[], name = "x"): tf.Tensor => {
  const source = random(11, name);
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Float32Array.from({ length: size }, source.normal), [...shape]);
};

/** The results of the same computation on the cpu backend and on wasm, where it leaves nothing behind. */
export async function onBoth(
  compute: () => tf.Tensor | tf.Tensor[],
): Promise<[cpu: tf.TypedArray[], wasm: tf.TypedArray[]]> {
  const results: tf.TypedArray[][] = [];
  for (const backend of ["cpu", "wasm"]) {
    await tf.setBackend(backend);
    const [tensors, data] = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
    results.push(tf.tidy(() => [compute()].flat().map((result) => result.dataSync())));
    expect(tf.memory().numTensors).toBe(tensors);
    expect(tf.engine().backend.numDataIds()).toBe(data);
  }
  return results as [tf.TypedArray[], tf.TypedArray[]];
}

/** The tensors made in it end with it. */
export function scoped<R>(compute: () => R): R {
  tf.engine().startScope();
  try {
    return compute();
  } finally {
    tf.engine().endScope();
  }
}

/** NaN and infinities are the same; numbers differ by at most `tolerance`, relative to those above 1. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [found, want] = [actual[i]!, expected[i]!];
    if (Object.is(found, want) || found === want) continue;
    const error = Math.abs(found - want) / Math.max(1, Math.abs(want));
    if (!(error <= tolerance)) expect.fail(`value ${i} is ${found}, expected ${want}`);
  }
}

/** The computation gives the same on both backends. */
export async function expectSame(compute: () => tf.Tensor | tf.Tensor[], tolerance = 1e-5): Promise<void> {
  const [cpu, wasm] = await onBoth(compute);
  expect(wasm.length).toBe(cpu.length);
  cpu.forEach((want, i) => {
    expectClose(wasm[i]!, want, tolerance);
  });
}
