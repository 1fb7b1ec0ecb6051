import type { SpeedOpponent } from "./opponent.ts";
import { memcpy } from "./opponents/memcpy.ts";
import { onnxDecomposed, onnxExported, onnxFused, onnxFusedReused, onnxRewritten } from "./opponents/onnx.ts";
import { plainJavascript, plainJavascriptReused } from "./opponents/plain-javascript.ts";
import {
  numpy,
  torchCompiled,
  torchCompiledTuned,
  torchComplex,
  torchEager,
  torchTuned,
} from "./opponents/python.ts";
import { tfjsCpu, tfjsKernels, tfjsWasm } from "./opponents/tfjs.ts";
import { coreTypedArrays } from "./opponents/typed-arrays.ts";
import { wasmArrays, wasmInPlace, wasmTensors, wasmThreads, wasmThreadsInPlace } from "./opponents/wasm.ts";

/** Who competes: the base line, ours, the others. */
export const speedOpponents: readonly SpeedOpponent[] = [
  memcpy,
  wasmInPlace,
  wasmTensors,
  wasmArrays,
  wasmThreadsInPlace,
  wasmThreads,
  coreTypedArrays,
  tfjsKernels,
  onnxExported,
  onnxRewritten,
  plainJavascript,
  plainJavascriptReused,
  tfjsCpu,
  tfjsWasm,
  onnxFused,
  onnxFusedReused,
  onnxDecomposed,
  numpy,
  torchEager,
  torchTuned,
  torchCompiled,
  torchCompiledTuned,
  torchComplex,
];
