import type { DataType, KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";

/** The parts of BackendWasm that kernels use. */
export interface WasmBackend extends KernelBackend {
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  /** A view on the backend's memory, good until the next allocation. */
  typedArrayFromHeap(x: TensorInfo): Float32Array | Int32Array;
}
