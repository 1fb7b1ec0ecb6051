export { type ExportEncoderOptions, exportEncoder } from "./export-encoder.ts";
export { type ExportModelOptions, exportModel } from "./export-model.ts";
export { type Edge, type Graph, type GraphOptions, graph, type Result } from "./graph.ts";
export { onnxOps, plainOnnxOps } from "./onnx-ops.ts";
export type { ParameterValues } from "./parameter-edges.ts";
export type { Attribute, Attributes, Dim, ElementType, HostData } from "./proto.ts";
