import { initialise, random, range, rope } from "@posenc/core";
import { transformer } from "@posenc/model";
import { tfjs, toTensor } from "@posenc/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { Measurement } from "./measurement.ts";

interface Sizes {
  readonly name: string;
  readonly batch: number;
  readonly length: number;
  readonly dim: number;
  readonly heads: number;
  readonly blocks: number;
  readonly hidden: number;
}

const VOCABULARY = 100;
const CLASSES = 2;

const step = ({ name, batch, length, ...sizes }: Sizes): Measurement => ({
  name,
  about: "A step of a transformer classifier with rotary positions: forward, backward, Adam.",
  title: `step: batch ${batch} × ${length} tokens, dim ${sizes.dim}, hidden ${sizes.hidden}, ${sizes.blocks} layers`,
  prepare() {
    const encoder = rope({ dim: sizes.dim / sizes.heads });
    const model = transformer({ vocabulary: VOCABULARY, outputs: CLASSES, ...sizes, encoder });
    const values = Object.fromEntries(
      Object.entries(initialise(model.parameters, 1)).map(([name, data]) => [
        name,
        tf.variable(tf.tensor(data, [...model.parameters[name]!.shape])),
      ]),
    );
    const { below } = random(1, "tokens");
    const draw = (count: number, below: () => number) => Int32Array.from({ length: count }, below);
    const tokens = tf.tensor2d(
      draw(batch * length, () => below(VOCABULARY)),
      [batch, length],
      "int32",
    );
    const chosen = tf.oneHot(
      draw(batch, () => below(CLASSES)),
      CLASSES,
    );
    const positions = toTensor(range(length));
    const optimizer = tf.train.adam(3e-4);
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
  step({ name: "small", batch: 64, length: 32, dim: 64, heads: 4, blocks: 2, hidden: 64 }),
  step({ name: "small-wide-mlp", batch: 64, length: 32, dim: 64, heads: 4, blocks: 2, hidden: 256 }),
  step({ name: "wide", batch: 32, length: 10, dim: 512, heads: 8, blocks: 1, hidden: 512 }),
  step({ name: "wide-wide-mlp", batch: 32, length: 10, dim: 512, heads: 8, blocks: 1, hidden: 2048 }),
  layers,
];
