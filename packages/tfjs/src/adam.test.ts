import "@tensorflow/tfjs";
import { random } from "@posenc/core";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, describe, expect, test } from "vitest";
import { adamW } from "./adam-w.ts";
import { useBackend } from "./devices.fixture.ts";

afterAll(() => useBackend("cpu"));

const backends = ["cpu", "wasm", "wasm with training kernels"] as const;
const options = { learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-6 };
const STEPS = 7;

/** The gradient in each step: given, so that what is tested is the optimizer. */
const gradientsOf = (size: number): Float32Array[] =>
  Array.from({ length: STEPS }, (_, step) =>
    Float32Array.from({ length: size }, random(step, "gradient").normal),
  );

/** Kingma and Ba (2015), algorithm 1, with the decoupled decay of Loshchilov and Hutter (2019), in float64. */
function expected(start: Float32Array, weightDecay: number): number[] {
  const { learningRate, beta1, beta2, epsilon } = options;
  const gradients = gradientsOf(start.length);
  return Array.from(start, (value, i) => {
    let [x, m, v] = [value, 0, 0];
    gradients.forEach((gradient, step) => {
      const g = gradient[i]!;
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      const [first, second] = [m / (1 - beta1 ** (step + 1)), v / (1 - beta2 ** (step + 1))];
      x = x - learningRate * weightDecay * x - (learningRate * first) / (Math.sqrt(second) + epsilon);
    });
    return x;
  });
}

describe.each(backends)("on %s", (backend) => {
  test.each([
    { name: "adam", make: () => tf.train.adam(...(Object.values(options) as [number])), weightDecay: 0 },
    { name: "adamW", make: () => adamW({ ...options, weightDecay: 0.1 }), weightDecay: 0.1 },
  ])("$name takes the steps of the paper, and leaks nothing", async ({ make, weightDecay }) => {
    await useBackend(backend);
    const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
    for (const size of [1, 4, 7, 130]) {
      const start = Float32Array.from({ length: size }, random(3, "start").normal);
      const initial = tf.tensor1d(start);
      const variable = tf.variable(initial);
      const optimizer = make();
      for (const gradient of gradientsOf(size)) {
        tf.tidy(() => optimizer.applyGradients([{ name: variable.name, tensor: tf.tensor1d(gradient) }]));
      }
      const want = expected(start, weightDecay);
      variable.dataSync().forEach((value, i) => {
        expect(Math.abs(value - want[i]!)).toBeLessThan(2e-6);
      });
      expect([...initial.dataSync()]).toEqual([...start]); // whose memory the variable had
      optimizer.dispose();
      tf.dispose([variable, initial]);
    }
    expect([tf.memory().numTensors, tf.engine().backend.numDataIds()]).toEqual(before);
  });

  test("what it remembers can be saved and set", async () => {
    await useBackend(backend);
    const [a, b] = [tf.variable(tf.ones([3])), tf.variable(tf.ones([3]))];
    const gradient = () => tf.tensor1d([1, -2, 3]);
    const step = (optimizer: tf.Optimizer, { name }: tf.Variable) =>
      tf.tidy(() => optimizer.applyGradients([{ name, tensor: gradient() }]));
    const [first, second] = [tf.train.adam(0.1), tf.train.adam(0.1)];
    step(first, a);
    step(second, b);
    await second.setWeights(await first.getWeights());
    step(first, a);
    step(second, b);
    expect([...b.dataSync()]).toEqual([...a.dataSync()]);
    tf.dispose([a, b]);
    first.dispose();
    second.dispose();
  });
});

test("adamW: bad options are named", () => {
  expect(() => adamW({ learningRate: 0 })).toThrow("adamW: learningRate must be greater than 0, got 0");
  expect(() => adamW({ beta2: 2 })).toThrow("adamW: beta2 must be from 0 to 1, got 2");
  expect(() => adamW({ weightDecay: -1 })).toThrow(/adamW: weightDecay must be from 0/);
  expect(() => adamW({ decay: 1 } as never)).toThrow(/adamW: unknown option "decay"/);
});
