import { alibi, random, range, rope } from "@posenc/core";
import { transformer } from "@posenc/model";
import * as tf from "@tensorflow/tfjs";
import { afterAll, expect, test } from "vitest";
import { useBackend } from "../devices.fixture.ts";
import { train } from "../train.ts";
import { addMissingKernels } from "../wasm/index.ts";

addMissingKernels();

afterAll(() => useBackend("cpu"));

const STEPS = 100;
const [BATCH, LENGTH, SYMBOLS] = [8, 6, 6];

/** Which of the symbols 0 and 1 comes first? */
function samples(count: number, seed: number) {
  const { permutation } = random(seed);
  const rows = Array.from({ length: count }, () => permutation(SYMBOLS));
  return {
    tokens: { data: Int32Array.from(rows.flatMap((row) => [...row])), shape: [count, LENGTH] },
    labels: Int32Array.from(rows, (row) => Number(row.indexOf(0) < row.indexOf(1))),
  };
}

/** The loss of every step. */
async function losses(
  backend: Parameters<typeof useBackend>[0],
  encoder: ReturnType<typeof rope | typeof alibi>,
) {
  await useBackend(backend);
  const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
  const found: number[] = [];
  await train({
    model: transformer({
      vocabulary: SYMBOLS,
      outputs: 2,
      dim: 24,
      heads: 3,
      hidden: 20,
      blocks: 2,
      encoder,
    }),
    train: samples(STEPS * BATCH, 1),
    heldOut: samples(8, 2),
    positions: range(LENGTH),
    epochs: 1,
    batchSize: BATCH,
    learningRate: 1e-3,
    onStep: ({ loss }) => void found.push(loss),
  });
  expect([tf.memory().numTensors, tf.engine().backend.numDataIds()]).toEqual(before);
  return found;
}

test.each([rope({ dim: 8 }), alibi({ heads: 3, direction: "split" })])(
  "100 steps with $name: the losses of the cpu backend and of the stock wasm backend",
  async (encoder) => {
    const found = await losses("wasm with training kernels", encoder);
    expect(found.length).toBe(STEPS);
    expect(Math.min(...found)).toBeLessThan(0.6); // it learns
    for (const backend of ["cpu", "wasm"] as const) {
      (await losses(backend, encoder)).forEach((want, step) => {
        expect(Math.abs(found[step]! - want), `step ${step} on ${backend}`).toBeLessThan(1e-3);
      });
    }
  },
);

test("plain tf.js layers learn the same", async () => {
  const run = async (backend: Parameters<typeof useBackend>[0]) => {
    await useBackend(backend);
    const model = tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: 7, outputDim: 10, inputLength: 5 }),
        tf.layers.layerNormalization(),
        tf.layers.flatten(),
        tf.layers.dense({ units: 19, activation: "relu" }),
        tf.layers.dense({ units: 3, activation: "softmax" }),
      ],
    });
    model.setWeights(
      model.getWeights().map((weight, i) => {
        const { normal } = random(i, "weights");
        return tf.tensor(
          Float32Array.from({ length: weight.size }, () => 0.3 * normal()),
          weight.shape,
        );
      }),
    );
    model.compile({ optimizer: "adam", loss: "categoricalCrossentropy" });
    const { below } = random(5, "layers");
    const x = tf.tensor2d(
      Array.from({ length: 200 }, () => below(7)),
      [40, 5],
    );
    const y = tf.oneHot(tf.tensor1d(Int32Array.from({ length: 40 }, () => below(3))), 3);
    const { history } = await model.fit(x, y, { epochs: 10, batchSize: 8, shuffle: false, verbose: 0 });
    const predicted = (model.predict(x) as tf.Tensor).dataSync();
    return [...(history.loss as number[]), ...predicted];
  };
  const want = await run("cpu");
  const found = await run("wasm with training kernels");
  expect(want[9]).toBeLessThan(want[0]!);
  found.forEach((value, i) => {
    expect(Math.abs(value - want[i]!)).toBeLessThan(1e-3);
  });
});
