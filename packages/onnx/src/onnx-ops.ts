import { completeOps, type Ops } from "@posenc/core";
import { fusedRotary, type RotaryTarget } from "./fused-rotary.ts";
import type { Edge, Graph } from "./graph.ts";
import { onnxKernels } from "./onnx-kernels.ts";
import { onnxPrimitives } from "./onnx-primitives.ts";

export interface OnnxOpsOptions {
  /** "primitives" unless given; "ai.onnx" needs a graph of opset 23. */
  readonly rotary?: RotaryTarget;
  /** Nodes stand in the graph itself, not in functions; false unless given. */
  readonly inline?: boolean;
}

/**
 * Ops that compute nothing: each adds nodes to `graph` and gives the edge they end in. Scopes, rotations and exact
 * sines become functions of the file.
 */
export function onnxOps(
  graph: Graph,
  { rotary = "primitives", inline = false }: OnnxOpsOptions = {},
): Ops<Edge> {
  const scope = <R>(name: string, body: () => R): R => (inline ? body() : graph.box(name, body));
  const { exactSincos, ...primitives } = onnxPrimitives(graph);
  const ops = completeOps(
    { ...primitives, exactSincos: (...operands) => scope("SinCos", () => exactSincos(...operands)) },
    { ...onnxKernels(graph), scope },
  );
  const rotate: typeof ops.rotate = (...operands) => scope("Rotate", () => ops.rotate(...operands));
  return { ...ops, rotate: rotary === "primitives" ? rotate : fusedRotary(graph, rotary, rotate) };
}

/** The same without kernels and functions: every composite by its body. */
export const plainOnnxOps = (graph: Graph): Ops<Edge> => completeOps(onnxPrimitives(graph));
