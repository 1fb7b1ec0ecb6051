/** The computations in operations of tf.js, as people write them. */
import type { NdArray, Pairing } from "@posenc/core";
import * as tf from "@tensorflow/tfjs-core";
import { frequency } from "../inputs.ts";
import type { Makers, Prepared } from "../opponent.ts";

export const tensor = ({ data, shape }: NdArray): tf.Tensor =>
  tf.tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32");

/** New tensors each time; those of the call before are disposed of. */
export function tensors(run: () => tf.Tensor[]): Prepared {
  let last: tf.Tensor[] = [];
  return {
    run() {
      tf.dispose(last);
      last = tf.tidy(run);
    },
    outputs: () => last.map((x) => Float32Array.from(x.dataSync())),
    stop: () => tf.dispose(last),
  };
}

/** [a, b] → [−b, a], pair by pair. */
const quarterTurn: Readonly<Record<Pairing, (x: tf.Tensor) => tf.Tensor>> = {
  halves(x) {
    const [a, b] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor];
    return tf.concat([tf.neg(b), a], -1);
  },
  interleaved(x) {
    const pairs = tf.reshape(x, [-1, x.shape.at(-1)! / 2, 2]);
    const [a, b] = tf.split(pairs, 2, -1) as [tf.Tensor, tf.Tensor];
    return tf.reshape(tf.concat([tf.neg(b), a], -1), x.shape);
  },
};

/** Each value twice, once for each member of its pair. */
const both: Readonly<Record<Pairing, (x: tf.Tensor) => tf.Tensor>> = {
  halves: (x) => tf.concat([x, x], -1),
  interleaved: (x) =>
    tf.reshape(tf.concat([tf.expandDims(x, -1), tf.expandDims(x, -1)], -1), [
      ...x.shape.slice(0, -1),
      2 * x.shape.at(-1)!,
    ]),
};

export const composed: Makers = {
  rotate(inputs, { sizes: { pairing } }) {
    const [q, k] = [tensor(inputs.q), tensor(inputs.k)];
    const [sin, cos] = [inputs.turn.sin, inputs.turn.cos].map((x) => tf.tidy(() => both[pairing](tensor(x))));
    const turn = (x: tf.Tensor) => tf.add(tf.mul(x, cos!), tf.mul(quarterTurn[pairing](x), sin!));
    return tensors(() => [turn(q), turn(k)]);
  },
  add(inputs) {
    const [x, table] = [tensor(inputs.x), tensor(inputs.table)];
    return tensors(() => [tf.add(x, table)]);
  },
  sincos(inputs, { sizes: { dim } }) {
    const positions = tf.cast(tensor(inputs.positions), "float32") as tf.Tensor1D;
    const frequencies = tf.tensor1d(Array.from({ length: dim / 2 }, (_, i) => frequency(i, dim)));
    return tensors(() => {
      const angles = tf.outerProduct(positions, frequencies);
      return [tf.sin(angles), tf.cos(angles)];
    });
  },
  gatherAdd(inputs) {
    const [tokens, table, rows] = [tensor(inputs.tokens), tensor(inputs.table), tensor(inputs.rows)];
    return tensors(() => [tf.add(tf.gather(table, tokens as tf.Tensor1D), rows)]);
  },
  alibi(inputs, { sizes: { heads, length } }) {
    const slopes = tf.reshape(tensor(inputs.slopes), [heads, 1, 1]);
    const positions = tf.cast(tensor(inputs.positions), "float32");
    const [rows, columns] = [tf.reshape(positions, [length, 1]), tf.reshape(positions, [1, length])];
    return tensors(() => [tf.mul(tf.neg(tf.abs(tf.sub(rows, columns))), slopes)]);
  },
};
