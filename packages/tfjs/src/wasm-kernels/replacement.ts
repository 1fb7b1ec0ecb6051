import type { NamedAttrMap, TensorInfo } from "@tensorflow/tfjs-core";
import type { WasmBackend } from "../wasm/backend.ts";
import type { Heap } from "./heap.ts";

export interface Call {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attributes: NamedAttrMap;
  readonly heap: Heap;
  readonly backend: WasmBackend;
}

/** What runs in place of a kernel of the backend; undefined leaves the call to the kernel that was there. */
export type Replacement = (call: Call) => TensorInfo | TensorInfo[] | undefined;

export const isFloat = (...tensors: readonly TensorInfo[]): boolean =>
  tensors.every(({ dtype }) => dtype === "float32");

/** Of four bytes a value. */
export const isWord = (...tensors: readonly TensorInfo[]): boolean =>
  tensors.every(({ dtype }) => dtype === "float32" || dtype === "int32");
