import type { DataId, DataType, KernelBackend, TensorInfo, TypedArray } from "@tensorflow/tfjs-core";
import type { Memory } from "../wasm-kernels/web-assembly.ts";

/** The parts of BackendWasm that kernels use. */
export interface WasmBackend extends KernelBackend {
  /** Memory for a tensor, with these values where given. */
  makeOutput(shape: number[], dtype: DataType, memoryOffset?: number, values?: TypedArray): TensorInfo;
  /** A view on the backend's memory, good until the next allocation. */
  typedArrayFromHeap(x: TensorInfo): Float32Array | Int32Array;
  readonly dataIdMap: { get(dataId: DataId): { readonly memoryOffset: number } };
  /** What Emscripten made of the backend: `wasmMemory` in the threaded build, `asm.memory` in the others. */
  readonly wasm: {
    _malloc(bytes: number): number;
    _free(address: number): void;
    readonly wasmMemory?: Memory;
    readonly asm?: { readonly memory?: Memory };
  };
}
