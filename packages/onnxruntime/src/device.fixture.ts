import type { NdArray, Ops } from "@posenc/core";
import { type Edge, type Graph, graph, onnxOps } from "@posenc/onnx";
import { openGraph, type Runtime } from "./runtime.ts";

export interface DeviceOptions {
  readonly name?: string;
  /** `onnxOps` unless given. */
  readonly ops?: (graph: Graph) => Ops<Edge>;
}

/**
 * Runs a computation written in Ops: builds a graph with the length of every axis unknown, loads it and runs it
 * once. For tests; a graph that runs more than once belongs in a session.
 */
export function onnxDevice(runtime: Runtime, { name = "ONNX Runtime", ops = onnxOps }: DeviceOptions = {}) {
  return {
    name,
    async run(
      inputs: readonly NdArray[],
      body: <T>(ops: Ops<T>, ...inputs: T[]) => readonly T[],
    ): Promise<NdArray[]> {
      const builder = graph();
      const edges = inputs.map(({ data, shape }, i) =>
        builder.input(
          `input_${i}`,
          data instanceof Int32Array ? "int32" : "float32",
          shape.map((_, axis) => `length_${i}_${axis}`),
        ),
      );
      const results = body(ops(builder), ...edges);
      for (const [i, edge] of results.entries()) builder.output(`output_${i}`, edge);
      const session = await openGraph("onnxDevice", runtime, builder.toBytes());
      try {
        const feeds = Object.fromEntries(inputs.map((x, i) => [`input_${i}`, x]));
        const outputs = await session.run(feeds);
        return results.map((_, i) => outputs[`output_${i}`]!);
      } finally {
        await session.dispose();
      }
    },
  };
}
