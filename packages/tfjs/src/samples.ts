import type { NdArray } from "@posenc/core";
import * as tf from "@tensorflow/tfjs-core";

/** Samples for a classifier: one label for each row of tokens. */
export interface Samples {
  /** [samples, length] int32 */
  readonly tokens: NdArray;
  readonly labels: Int32Array;
}

/** Some of the samples, by their numbers. */
export function pick({ tokens, labels }: Samples, rows: Int32Array): Samples {
  const length = tokens.shape[1]!;
  const data = new Int32Array(rows.length * length);
  rows.forEach((row, i) => {
    data.set(tokens.data.subarray(row * length, (row + 1) * length), i * length);
  });
  return { tokens: { data, shape: [rows.length, length] }, labels: rows.map((row) => labels[row]!) };
}

/** int32 [samples, length] and [samples]; the caller disposes of them. */
export function tensors({ tokens, labels }: Samples): [tokens: tf.Tensor2D, labels: tf.Tensor1D] {
  return [
    tf.tensor2d(tokens.data as Int32Array, tokens.shape as [number, number], "int32"),
    tf.tensor1d(labels, "int32"),
  ];
}
