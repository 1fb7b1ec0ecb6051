import type { NdArray } from "@posenc/core";
import type * as Ort from "onnxruntime-node";
import type { Prepared } from "../opponent.ts";

/** Feeds by the name of an input. Whole numbers become int64. */
export type Feeds = Readonly<Record<string, NdArray>>;

export interface SessionOptions {
  readonly file: Uint8Array;
  readonly feeds: Feeds;
  /** Names of the outputs, in the workload's order. */
  readonly outputs: readonly string[];
  /** The runtime writes to the same arrays, of these shapes, each time. */
  readonly reused?: readonly (readonly number[])[];
}

/** A file in ONNX Runtime, on one thread. The runtime is loaded only in the process that runs it. */
export async function session({ file, feeds, outputs, reused }: SessionOptions): Promise<Prepared> {
  const { InferenceSession, Tensor } = await import("onnxruntime-node");
  const created = await InferenceSession.create(file, {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const tensor = ({ data, shape }: NdArray): Ort.Tensor =>
    data instanceof Int32Array
      ? new Tensor("int64", BigInt64Array.from(data, BigInt), shape)
      : new Tensor("float32", data, shape);
  const given = Object.fromEntries(created.inputNames.map((name) => [name, tensor(feeds[name]!)]));
  const arrays = reused?.map((shape) => new Float32Array(shape.reduce((a, b) => a * b, 1)));
  const fetches =
    arrays && Object.fromEntries(outputs.map((name, i) => [name, new Tensor(arrays[i]!, reused![i]!)]));
  let last: Ort.InferenceSession.OnnxValueMapType = {};
  return {
    async run() {
      last = await (fetches ? created.run(given, fetches) : created.run(given));
    },
    outputs: () => arrays ?? outputs.map((name) => last[name]!.data as Float32Array),
  };
}
