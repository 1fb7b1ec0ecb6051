import "@tensorflow/tfjs";
import {
  alibi,
  array,
  type Encoder,
  learned,
  none,
  random,
  range,
  rope,
  sinusoidal,
  typedArrays,
} from "@posenc/core";
import { transformer } from "@posenc/model";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { predict } from "./predict.ts";
import type { Samples } from "./samples.ts";
import { type StepProgress, train } from "./train.ts";
import { mendWasm } from "./wasm/index.ts";

beforeAll(async () => {
  mendWasm();
  await tf.setBackend("wasm");
});

/** Six tokens, a permutation of six symbols; the class is whether symbol 0 stands before symbol 1. */
function samples(count: number, seed: number): Samples {
  const { permutation } = random(seed);
  const rows = Array.from({ length: count }, () => permutation(6));
  return {
    tokens: array(Int32Array.from(rows.flatMap((row) => [...row])), [count, 6]),
    labels: Int32Array.from(rows, (row) => Number(row.indexOf(0) < row.indexOf(1))),
  };
}

const sizes = { vocabulary: 6, outputs: 2, dim: 32, heads: 4 };
const every: Encoder[] = [
  none(),
  sinusoidal({ dim: 32 }),
  learned({ dim: 32, maxLength: 6, initialDeviation: 1 }),
  rope({ dim: 8 }),
  alibi({ heads: 4, direction: "split" }),
];
const options = { train: samples(256, 1), heldOut: samples(128, 2), epochs: 8, learningRate: 3e-3, seed: 3 };

describe("learns which symbol comes first", () => {
  test.each(every.map((encoder) => [encoder.name, encoder] as const))("%s", async (_, encoder) => {
    const before = tf.memory().numTensors;
    const model = transformer({ ...sizes, encoder });
    const { epochs, values, aborted } = await train({ ...options, model });
    expect(aborted).toBe(false);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const last = epochs.at(-1)!;
    if (encoder === every[0]) expect(last.heldOutAccuracy).toBeLessThan(0.65);
    else expect(last.heldOutAccuracy).toBeGreaterThan(0.9);

    // the trained values, run on typed arrays, give the accuracy that training reported
    const { tokens, labels } = options.heldOut;
    const tensors = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, array(value, model.parameters[name]!.shape)]),
    );
    const logits = model.forward(typedArrays, tensors, tokens, range(6)).data;
    const predicted = await predict(model, values, tokens);
    expect(predicted.shape).toEqual([128, 2]);
    predicted.data.forEach((logit, i) => {
      expect(Math.abs(logit - logits[i]!)).toBeLessThan(1e-4);
    });
    const right = labels.filter((label, i) => label === Number(logits[2 * i + 1]! > logits[2 * i]!)).length;
    expect(right / labels.length).toBeCloseTo(last.heldOutAccuracy, 6);
    expect(tf.memory().numTensors).toBe(before);
  });
});

test("the same seed gives the same numbers, another seed others", async () => {
  const model = transformer({ ...sizes, encoder: sinusoidal({ dim: 32 }) });
  const losses = async (seed: number) =>
    (await train({ ...options, model, epochs: 1, seed })).epochs[0]!.trainLoss;
  const [first, again, other] = [await losses(3), await losses(3), await losses(4)];
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test("aborting keeps the epochs that were finished and leaves no tensor", async () => {
  const before = tf.memory().numTensors;
  const model = transformer({ ...sizes, encoder: none() });
  const controller = new AbortController();
  const onStep = ({ epoch, step }: StepProgress) => {
    if (epoch === 2 && step === 3) controller.abort();
  };
  const result = await train({ ...options, model, signal: controller.signal, onStep });
  expect(result.aborted).toBe(true);
  expect(result.epochs.length).toBe(1);
  expect(Object.keys(result.values)).toEqual(Object.keys(model.parameters));
  expect(tf.memory().numTensors).toBe(before);
});

test("a loss that is no number ends training with a clear error and leaves no tensor", async () => {
  const before = tf.memory().numTensors;
  const model = transformer({ ...sizes, encoder: none() });
  await expect(train({ ...options, model, learningRate: 1e30 })).rejects.toThrow(
    /loss became .*learningRate 1e\+30 may be too high/,
  );
  expect(tf.memory().numTensors).toBe(before);
});

describe("bad input", () => {
  const model = transformer({ ...sizes, encoder: none() });
  const good = { ...options, model };
  const { train: data } = options;
  const cases: [string, Partial<typeof good>, RegExp][] = [
    ["epochs", { epochs: 0 }, /epochs must be at least 1, got 0/],
    ["batchSize", { batchSize: 1.5 } as Partial<typeof good>, /batchSize must be a whole number, got 1.5/],
    ["learningRate", { learningRate: -1 }, /learningRate must be greater than 0, got -1/],
    ["labels", { train: { ...data, labels: new Int32Array(3) } }, /train.labels must be 256 whole numbers/],
    [
      "a label",
      { train: { ...data, labels: data.labels.map(() => 7) } },
      /train.labels must be from 0 to 1, got 7/,
    ],
    [
      "tokens",
      { heldOut: { ...data, tokens: array(new Float32Array(256 * 6), [256, 6]) } },
      /heldOut.tokens must be int32/,
    ],
    [
      "head",
      { model: transformer({ ...sizes, head: "token", encoder: none() }) },
      /head "pooled", got "token"/,
    ],
  ];
  test.each(cases)("%s", async (_, change, message) => {
    const before = tf.memory().numTensors;
    await expect(train({ ...good, ...change })).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("a token beyond the vocabulary", async () => {
    const before = tf.memory().numTensors;
    const tokens = array(data.tokens.data.map((token) => token + 1) as Int32Array, data.tokens.shape);
    await expect(train({ ...good, train: { ...data, tokens } })).rejects.toThrow(
      /tokens must be from 0 to 5, got 6/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});
