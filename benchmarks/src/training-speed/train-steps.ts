import { array, initialise, random, range, rope, ropeFrequencies, typedArrays } from "@posenc/core";
import { transformer } from "@posenc/model";
import { tfjs, toTensor } from "@posenc/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { Measurement } from "./measurement.ts";

interface Sizes {
  readonly batch: number;
  readonly length: number;
  readonly dim: number;
  readonly heads: number;
  readonly blocks: number;
  readonly hidden: number;
}

const VOCABULARY = 100;
const CLASSES = 2;

const LEARNING_RATE = 3e-4;

/** What a step is made of: the same numbers in every process. */
function setting({ batch, length, ...sizes }: Sizes) {
  const encoder = rope({ dim: sizes.dim / sizes.heads });
  const model = transformer({ vocabulary: VOCABULARY, outputs: CLASSES, ...sizes, encoder });
  const { below } = random(1, "tokens");
  return {
    model,
    values: Object.fromEntries(
      Object.entries(initialise(model.parameters, 1)).map(([name, data]) => [
        name,
        array(data, model.parameters[name]!.shape),
      ]),
    ),
    tokens: array(
      Int32Array.from({ length: batch * length }, () => below(VOCABULARY)),
      [batch, length],
    ),
    labels: array(Int32Array.from({ length: batch }, () => below(CLASSES))),
    positions: range(length),
  };
}

const step = (name: string, sizes: Sizes): Measurement => ({
  name,
  about: "A step of a transformer classifier with rotary positions: forward, backward, Adam.",
  title: `step: batch ${sizes.batch} × ${sizes.length} tokens, dim ${sizes.dim}, hidden ${sizes.hidden}, ${sizes.blocks} layers`,
  prepare() {
    const { model, ...given } = setting(sizes);
    const values = Object.fromEntries(
      Object.entries(given.values).map(([name, x]) => [name, tf.variable(toTensor(x))]),
    );
    const [tokens, positions] = [given.tokens, given.positions].map(toTensor) as [tf.Tensor, tf.Tensor];
    const chosen = tf.oneHot(toTensor(given.labels), CLASSES);
    const optimizer = tf.train.adam(LEARNING_RATE);
    const loss = () => {
      const logits = model.forward(tfjs, values, tokens, positions);
      return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), chosen), -1))) as tf.Scalar;
    };
    return () =>
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(loss, Object.values(values));
        optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
        value.dataSync();
      });
  },
  torch: {
    computation: "trainStep",
    sizes: { heads: sizes.heads, blocks: sizes.blocks, learningRate: LEARNING_RATE },
    inputs() {
      const { values, tokens, labels, positions } = setting(sizes);
      const turn = ropeFrequencies({ dim: sizes.dim / sizes.heads });
      return { ...values, tokens, labels, ...typedArrays.exactSincos(positions, turn.frequencies) };
    },
    expected() {
      const { model, values, tokens, labels, positions } = setting(sizes);
      const { data } = model.forward(typedArrays, values, tokens, positions);
      const losses = [...labels.data].map((label, row) => {
        const logits = [...data.subarray(row * CLASSES, (row + 1) * CLASSES)];
        return Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0)) - logits[label]!;
      });
      return losses.reduce((a, b) => a + b) / losses.length;
    },
  },
});

const layers: Measurement = {
  name: "layers",
  about: "A batch of plain tf.js layers, which know nothing of posenc.",
  title: "tf.sequential: dense 784–512–512–10, batch 128, Adam",
  prepare() {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 512, activation: "relu", inputShape: [784] }),
        tf.layers.dense({ units: 512, activation: "relu" }),
        tf.layers.dense({ units: 10, activation: "softmax" }),
      ],
    });
    const optimizer = tf.train.adam(1e-3);
    const [images, labels] = [
      tf.randomUniform([128, 784]),
      tf.oneHot(
        Int32Array.from({ length: 128 }, (_, i) => i % 10),
        10,
      ),
    ];
    const loss = () =>
      tf.mean(
        tf.metrics.categoricalCrossentropy(labels, model.apply(images, { training: true }) as tf.Tensor),
      );
    return () => void optimizer.minimize(loss as () => tf.Scalar, true)!.dispose();
  },
};

export const trainSteps: readonly Measurement[] = [
  step("small", { batch: 64, length: 32, dim: 64, heads: 4, blocks: 2, hidden: 64 }),
  step("small-wide-mlp", { batch: 64, length: 32, dim: 64, heads: 4, blocks: 2, hidden: 256 }),
  step("wide", { batch: 32, length: 10, dim: 512, heads: 8, blocks: 1, hidden: 512 }),
  step("wide-wide-mlp", { batch: 32, length: 10, dim: 512, heads: 8, blocks: 1, hidden: 2048 }),
  layers,
];
