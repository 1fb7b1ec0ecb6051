import "@tensorflow/tfjs";
import { array, range, typedArrays } from "@posenc/core";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { useBackend } from "./devices.fixture.ts";
import { plainTfjs, tfjs } from "./ops.ts";
import { toTensor } from "./tensors.ts";

test("distances are remembered by tensors and their shapes", async () => {
  await useBackend("cpu");
  const [queries, keys] = [toTensor(range(4, 10)), toTensor(range(6, 5))];
  const pairs: [tf.Tensor, tf.Tensor][] = [
    [queries, keys],
    [queries, keys],
    [queries, queries],
    [tf.reshape(queries, [2, 2]), tf.reshape(keys, [2, 3])],
    [tf.reshape(queries, [1, 4]), tf.reshape(keys, [1, 6])],
  ];
  for (const [q, k] of pairs) {
    const host = (x: tf.Tensor) => array(x.dataSync<"int32">(), x.shape);
    const want = typedArrays.uniqueDistances(host(q), host(k));
    const { distances, index } = tfjs.uniqueDistances(q, k);
    expect(distances.shape).toEqual(want.distances.shape);
    expect(index.shape).toEqual(want.index.shape);
    expect([...distances.dataSync()]).toEqual([...want.distances.data]);
    expect([...index.dataSync()]).toEqual([...want.index.data]);
  }
});

test("scores of another shape are the body's", async () => {
  await useBackend("cpu");
  const positions = [toTensor(range(4)), toTensor(range(6))] as const;
  const flat = (own: typeof tfjs) => own.relativeScores(...positions, (r) => own.float(r));
  expect(flat(tfjs).shape).toEqual([4, 6]);
  expect([...flat(tfjs).dataSync()]).toEqual([...flat(plainTfjs).dataSync()]);
});

test("no tensor is left behind", async () => {
  await useBackend("cpu");
  const [queries, keys] = [toTensor(range(4)), toTensor(range(6))];
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const { distances, index } = tfjs.uniqueDistances(queries, keys);
    return tfjs.takeAlong(tf.ones([2, 4, distances.size]), tf.expandDims(index, 0));
  }).dispose();
  expect(tf.memory().numTensors).toBe(before);
});
