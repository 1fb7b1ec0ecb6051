export type { CacheMask } from "./cache-tensors.ts";
export type { EncoderLayout } from "./encoder-graphs.ts";
export { type ExportEncoderOptions, exportEncoder } from "./export-encoder.ts";
export { type ExportModelOptions, exportModel, exportModelFiles } from "./export-model.ts";
export type { ExportOptions } from "./export-options.ts";
export { float16Bits, fromFloat16Bits } from "./float16.ts";
export type { RotaryTarget } from "./fused-rotary.ts";
export { type Edge, type Graph, type GraphFiles, type GraphOptions, graph, type Result } from "./graph.ts";
export type { InspectedValue } from "./inspect/describe-type.ts";
export type { FoundEncoding } from "./inspect/find-encodings.ts";
export { type InspectedModel, inspectModel } from "./inspect/inspect-model.ts";
export { onnxOps, plainOnnxOps } from "./onnx-ops.ts";
export type { ParameterValues } from "./parameter-edges.ts";
export type { Attribute, Attributes, Dim, ElementType, HostData } from "./proto.ts";
export { type ReadModelOptions, readModel } from "./read/read-model.ts";
export { type ExportedEncoder, type ReadEncoderOptions, readEncoder } from "./read-encoder.ts";
export {
  type ExportedTransformer,
  type ReadTransformerOptions,
  readTransformer,
} from "./read-transformer.ts";
export type { LeftRotaryEmbedding, RewrittenRotary } from "./rewrite/edit.ts";
export type { RotaryLayout } from "./rewrite/fuse.ts";
export { type RewrittenModel, rewriteRotary } from "./rewrite/rewrite-rotary.ts";
export { targetPresets } from "./target-presets.ts";
