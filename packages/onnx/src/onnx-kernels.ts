import type { Composites } from "@posenc/core";
import type { Edge, Graph } from "./graph.ts";

/** The composites that opset 17 has as one operator. */
export function onnxKernels(graph: Graph): Partial<Composites<Edge>> {
  return {
    relu: (x) => graph.node("Relu", [x], x),
    softmax: (x) => graph.node("Softmax", [x], x, { axis: { int: -1 } }),
    layerNorm: (x, gain, bias) =>
      graph.node("LayerNormalization", [x, gain, bias], x, { axis: { int: -1 }, epsilon: { float: 1e-5 } }),
  };
}
