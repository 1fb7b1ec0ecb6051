import { completeOps, type Ops } from "@posenc/core";
import type { Edge, Graph } from "./graph.ts";
import { onnxKernels } from "./onnx-kernels.ts";
import { onnxPrimitives } from "./onnx-primitives.ts";

/**
 * Ops that compute nothing: each adds nodes to `graph` and gives the edge they end in. Everything is known to
 * opset 17.
 */
export const onnxOps = (graph: Graph): Ops<Edge> => completeOps(onnxPrimitives(graph), onnxKernels(graph));

/** The same without kernels: every composite by its body. */
export const plainOnnxOps = (graph: Graph): Ops<Edge> => completeOps(onnxPrimitives(graph));
