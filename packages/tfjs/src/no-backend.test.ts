/** In a file of its own: here nobody has imported a backend. */
import { array, none, range } from "@posenc/core";
import { transformer } from "@posenc/model";
import { registerBackend } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { predict } from "./predict.ts";
import { toTensor } from "./tensors.ts";
import { train } from "./train.ts";

const model = transformer({ vocabulary: 2, outputs: 2, dim: 4, heads: 2, encoder: none() });
const samples = { tokens: array(new Int32Array(4), [2, 2]), labels: new Int32Array(2) };
const options = { model, train: samples, heldOut: samples, epochs: 1 };
const message = /tf\.js must have a backend, got none; import "@tensorflow\/tfjs"/;

test("without a backend: a clear error before any work", async () => {
  expect(() => toTensor(range(2))).toThrow(message);
  await expect(train(options)).rejects.toThrow(message);
  const values = Object.fromEntries(
    Object.entries(model.parameters).map(([name, { shape }]) => [
      name,
      new Float32Array(shape.reduce((a, b) => a * b)),
    ]),
  );
  await expect(predict(model, values, samples.tokens)).rejects.toThrow(message);
});

test("with a backend, but no gradients: train says so", async () => {
  registerBackend("empty", () => ({ dispose: () => {} }) as never);
  await expect(train(options)).rejects.toThrow(/train: tf\.js must have its gradients, got none/);
});
