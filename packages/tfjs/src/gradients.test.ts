import "@tensorflow/tfjs";
import { applyTo, everyEncoder, inputsOf, positionsFrom } from "@posenc/conformance";
import { array, type Encoder, initialise, type NdArray, type Ops, random, typedArrays } from "@posenc/core";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { useBackend } from "./devices.fixture.ts";
import { plainTfjs, tfjs } from "./ops.ts";
import { toTensor } from "./tensors.ts";
import { mendWasm } from "./wasm/index.ts";

mendWasm();

const STEP = 2 ** -8;

type Values = Readonly<Record<string, NdArray>>;

/** What a gradient is taken of: parameters, and what a content encoder sees. */
function valuesOf(encoder: Encoder): Values {
  const first = initialise(encoder.parameters, 1);
  const parameters = Object.entries(encoder.parameters).map(([name, { shape }]) => {
    const { normal } = random(2, name);
    // with some noise: a parameter that begins at 0 may be at a corner there
    return [
      name,
      array(
        Float32Array.from(first[name]!, (value) => value + 0.1 * normal()),
        shape,
      ),
    ] as const;
  });
  const seen = inputsOf(encoder, callOf(encoder)).flatMap((input, i) =>
    encoder.kind === "content" && input.data instanceof Float32Array ? [[inputName(i), input] as const] : [],
  );
  return Object.fromEntries([...parameters, ...seen]);
}

const inputName = (i: number) => `input ${i}`;

/** Parameters and inputs, where values take the place of inputs. */
function split<T>(encoder: Encoder, values: Readonly<Record<string, T>>, own: (input: NdArray) => T) {
  const inputs = inputsOf(encoder, callOf(encoder)).map((input, i) => values[inputName(i)] ?? own(input));
  const names = Object.keys(encoder.parameters);
  return { parameters: Object.fromEntries(names.map((name) => [name, values[name]!])), inputs };
}

const callOf = ({ positions }: Encoder) => {
  const length = Math.min(4, positions?.below ?? 4);
  return { batch: 2, positions: positionsFrom(0, length, 2, Math.min(2, (positions?.below ?? 9) - length)) };
};

/** A weight for each value of each output. */
const weightsOf = (outputs: readonly NdArray[]): Float32Array[] =>
  outputs.map(({ data }, i) => {
    const { normal } = random(3, `output ${i}`);
    return Float32Array.from(data, normal);
  });

/** Σ weight · output on the typed arrays, summed in float64. */
function loss(encoder: Encoder, values: Values, weights: readonly Float32Array[]): number {
  const { parameters, inputs } = split(encoder, values, (input) => input);
  const outputs = applyTo(encoder, typedArrays, parameters, inputs);
  let sum = 0;
  outputs.forEach(({ data }, i) => {
    for (let at = 0; at < data.length; at++) sum += weights[i]![at]! * data[at]!;
  });
  return sum;
}

interface Difference {
  readonly slope: number;
  /** By how much the slopes to either side differ, where that is too much for a curve. */
  readonly corner: number;
}

/** d loss / d value for every entry of a value, from the loss on either side. */
function differences(
  encoder: Encoder,
  values: Values,
  name: string,
  weights: readonly Float32Array[],
): Difference[] {
  const here = loss(encoder, values, weights);
  const { data, shape } = values[name]!;
  return Array.from(data, (value, i) => {
    const at = (step: number) => {
      const moved = Float32Array.from(data);
      moved[i] = value + step;
      return { x: moved[i]!, loss: loss(encoder, { ...values, [name]: array(moved, shape) }, weights) };
    };
    const [after, before] = [at(STEP), at(-STEP)];
    const slope = (after.loss - before.loss) / (after.x - before.x);
    const jump = (after.loss - here) / (after.x - value) - (here - before.loss) / (value - before.x);
    return { slope, corner: Math.abs(jump) > 0.05 ? Math.abs(jump) : 0 };
  });
}

/** The same from tf.js. */
function gradients(
  encoder: Encoder,
  values: Values,
  ops: Ops<tf.Tensor>,
  weights: readonly Float32Array[],
): Record<string, Float32Array> {
  const names = Object.keys(values);
  return tf.tidy(() => {
    const f = (...tensors: tf.Tensor[]) => {
      const given = Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
      const { parameters, inputs } = split(encoder, given, toTensor);
      const parts = applyTo(encoder, ops, parameters, inputs).map((output, i) =>
        tf.sum(tf.mul(output, tf.tensor(weights[i]!, output.shape))),
      );
      const unused = tensors.map((tensor) => tf.mul(0, tf.sum(tensor))); // forgetting reads no queries
      return tf.addN([...parts, ...unused]);
    };
    const found = tf.grads(f)(names.map((name) => toTensor(values[name]!)));
    return Object.fromEntries(found.map((gradient, i) => [names[i]!, gradient.dataSync<"float32">()]));
  });
}

const trained = everyEncoder.filter(({ parameters }) => Object.keys(parameters).length > 0);
const cases = trained.map((encoder) => ({
  encoder,
  title: `${encoder.name} ${JSON.stringify(encoder.options)}`,
}));
const backends = [
  { backend: "cpu", ops: tfjs, with: "kernels" },
  { backend: "wasm", ops: tfjs, with: "kernels" },
  { backend: "wasm", ops: plainTfjs, with: "bodies" },
  { backend: "wasm with training kernels", ops: tfjs, with: "kernels" },
  { backend: "wasm with training kernels", ops: plainTfjs, with: "bodies" },
] as const;

describe.each(backends)("gradients on tf.js $backend, $with", ({ backend, ops }) => {
  test.each(cases)("$title", async ({ encoder }) => {
    await useBackend(backend);
    const values = valuesOf(encoder);
    const { parameters, inputs } = split(encoder, values, (input) => input);
    const outputs = applyTo(encoder, typedArrays, parameters, inputs);
    const weights = weightsOf(outputs);
    const found = gradients(encoder, values, ops, weights);
    for (const name of Object.keys(values)) {
      const want = differences(encoder, values, name, weights);
      const size = Math.max(1, ...want.map(({ slope }) => Math.abs(slope)));
      want.forEach(({ slope, corner }, i) => {
        const error = Math.abs(found[name]![i]! - slope);
        expect(error, `${name}[${i}]: ${slope}`).toBeLessThan(2e-3 * size + corner);
      });
    }
  });
});
