import { type DecodingBackend, deviceDecoding, testDecoding, typedArrayDevices } from "@posenc/conformance";
import { type Transformer, transformer } from "@posenc/model";
import * as node from "onnxruntime-node";
import * as web from "onnxruntime-web";
import { createDecoder } from "./decoder.ts";
import type { Runtime } from "./runtime.ts";

web.env.wasm.numThreads = 1;

const runtimeDecoding = (name: string, runtime: Runtime): DecodingBackend<Transformer> => ({
  name,
  open: (model, values) => createDecoder(model, values, runtime),
});

for (const device of typedArrayDevices) testDecoding(transformer, deviceDecoding(device));
testDecoding(transformer, runtimeDecoding("ONNX Runtime", node));
testDecoding(transformer, runtimeDecoding("ONNX Runtime Web, wasm", web));
