import type { Workload } from "@posenc/benchmarks";
import {
  type Applied,
  array,
  bind,
  completeOps,
  type Encoder,
  initialise,
  type Kind,
  type NdArray,
  type Ops,
  random,
  range,
  typedArrays,
} from "@posenc/core";
import { createEncoderSession, type EncoderRun } from "@posenc/onnxruntime";
import { tfjs, toTensor } from "@posenc/tfjs";
import { type Wasm, wasm } from "@posenc/wasm";
import * as tf from "@tensorflow/tfjs-core";
import * as ort from "onnxruntime-node";
import { useBackend } from "../backend.ts";
import type { Backend, SpeedResult } from "../results.ts";

/** As many rounds as fit into so much time, but at least one and at most so many. */
const MOST_ROUNDS = 9;
const ENOUGH_MILLISECONDS = 4000;
/** A round repeats the call until it has taken so long. */
const LEAST_MILLISECONDS = 4;

/** A backend with an encoder and its input, ready to encode. */
interface Opponent {
  readonly backend: Backend;
  /** Not timed. */
  prepare(): Promise<void>;
  /** Encodes once, to the end; gives a promise where that takes a while. */
  encode(): unknown;
  dispose(): unknown;
}

/** The input of an encoder of each kind, at these positions. */
const inputs: { [K in Kind]: (workload: Workload, positions: NdArray) => NdArray[] } = {
  additive: ({ batch, length, dim }, positions) => [noise([batch, length, dim]), positions],
  rotary: (workload, positions) => [heads(workload), heads(workload), positions],
  bias: (_, positions) => [positions, positions],
  content: (workload, positions) => {
    const { batch, heads: count, length } = workload;
    return [heads(workload), heads(workload), noise([batch, count, length, length]), positions, positions];
  },
};

const heads = ({ batch, heads, length, dim }: Workload): NdArray =>
  noise([batch, heads, length, dim / heads]);

/** These tensors as what is bound takes them. */
const parametersOf: Record<Kind, <T>(given: readonly T[]) => readonly unknown[]> = {
  additive: (given) => given,
  rotary: (given) => given,
  bias: (given) => given,
  content: ([q, k, products, ...positions]) => [{ q, k, products }, ...positions],
};

function noise(shape: number[]): NdArray {
  const { normal } = random(1, "noise");
  return array(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, normal), shape);
}

/** The times to encode once on each backend, in rounds in which every backend has its turn. */
export async function measureSpeed(
  id: string,
  encoder: Encoder,
  workload: Workload,
  signal: AbortSignal,
  positions: NdArray = range(workload.length),
): Promise<SpeedResult[]> {
  const values = initialise(encoder.parameters, 0);
  const given = inputs[encoder.kind](workload, positions);
  const opponents = [
    onTypedArrays(encoder, values, given),
    onKernels(encoder, values, given),
    await onTfjs("cpu", encoder, values, given),
    await onTfjs("wasm", encoder, values, given),
    await onOnnxRuntime(encoder, values, given),
  ];
  try {
    const times = opponents.map((): number[] => []);
    const repeats: number[] = [];
    const started = performance.now();
    for (const opponent of opponents) repeats.push(await calibrate(opponent));
    const rounds = Math.ceil((2 * ENOUGH_MILLISECONDS) / (performance.now() - started)); // trying takes two rounds
    for (let round = 0; round < Math.min(rounds, MOST_ROUNDS) && !signal.aborted; round++) {
      for (const [i, opponent] of opponents.entries()) times[i]!.push(await time(opponent, repeats[i]!));
    }
    if (signal.aborted) return [];
    const reference = median(times[0]!);
    return opponents.map(({ backend }, i) => ({
      encoder: id,
      workload: workload.title,
      backend,
      microseconds: { median: median(times[i]!), low: Math.min(...times[i]!), high: Math.max(...times[i]!) },
      ratio: reference / median(times[i]!),
    }));
  } finally {
    for (const opponent of opponents) await opponent.dispose();
  }
}

async function calibrate(opponent: Opponent): Promise<number> {
  for (let repeats = 1; ; repeats *= 2) {
    if ((await time(opponent, repeats)) * repeats >= LEAST_MILLISECONDS * 1000) return repeats;
  }
}

/** Microseconds for one call, as the mean of so many. */
async function time(opponent: Opponent, repeats: number): Promise<number> {
  await opponent.prepare();
  const started = performance.now();
  for (let i = 0; i < repeats; i++) {
    const pending = opponent.encode();
    if (pending instanceof Promise) await pending;
  }
  return ((performance.now() - started) * 1000) / repeats;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

type Values = Readonly<Record<string, Float32Array>>;
type Call = (...given: readonly unknown[]) => unknown;

function bound<T>(encoder: Encoder, ops: Ops<T>, values: Values, convert: (x: NdArray) => T): Call {
  const tensors = Object.fromEntries(
    Object.entries(values).map(([name, data]) => [
      name,
      convert(array(data, encoder.parameters[name]!.shape)),
    ]),
  );
  return bind(encoder, ops, tensors) as Applied<T>[Kind] as Call;
}

function onTypedArrays(encoder: Encoder, values: Values, given: NdArray[]): Opponent {
  const call = bound(encoder, typedArrays, values, (x) => x);
  return {
    backend: "typed arrays",
    prepare: async () => {},
    encode: () => call(...parametersOf[encoder.kind](given)),
    dispose: () => {},
  };
}

/** One memory for all encoders. */
let kernels: Wasm | undefined;

function onKernels(encoder: Encoder, values: Values, given: NdArray[]): Opponent {
  kernels ??= wasm();
  const { openScope, scope, tensor } = kernels;
  const ops = completeOps({ ...typedArrays, ...kernels.primitives }, kernels.kernels);
  const all = openScope();
  const put = ({ data, shape }: NdArray) => tensor(shape, data);
  const call = bound(encoder, ops, values, put);
  const tensors = parametersOf[encoder.kind](given.map(put));
  return {
    backend: "@posenc/wasm",
    prepare: async () => {},
    encode: () => scope(() => void call(...tensors)),
    dispose: all.close,
  };
}

async function onTfjs(
  name: "cpu" | "wasm",
  encoder: Encoder,
  values: Values,
  given: NdArray[],
): Promise<Opponent> {
  await useBackend(name);
  const kept: tf.Tensor[] = [];
  const keep = (x: NdArray): tf.Tensor => {
    const tensor = toTensor(x);
    kept.push(tensor);
    return tensor;
  };
  const call = bound(encoder, tfjs, values, keep);
  const tensors = parametersOf[encoder.kind](given.map(keep));
  return {
    backend: `tf.js ${name}`,
    prepare: () => useBackend(name),
    // both backends finish a kernel before the call returns
    encode: () => tf.tidy(() => void call(...tensors)),
    dispose: () => tf.dispose(kept),
  };
}

async function onOnnxRuntime(encoder: Encoder, values: Values, given: NdArray[]): Promise<Opponent> {
  const session = await createEncoderSession(encoder, ort, { values, session: { intraOpNumThreads: 1 } });
  const run = session.run as EncoderRun[Kind] as Call;
  return {
    backend: "onnxruntime",
    prepare: async () => {},
    encode: () => run(...parametersOf[encoder.kind](given)),
    dispose: session.dispose,
  };
}
