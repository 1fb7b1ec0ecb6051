import type { DataType, TensorInfo } from "@tensorflow/tfjs-core";
import type { WasmBackend } from "../wasm/backend.ts";
import { type Kernels, kernelsOn } from "./kernels.ts";

/** The memory of a backend, and our kernels on it. */
export interface Heap {
  readonly run: Kernels;
  /** Where the values of a tensor begin; good as long as the tensor lives. */
  address(x: TensorInfo): number;
  /** Memory for a result; its values are undefined. float32 unless given. */
  output(shape: readonly number[], dtype?: DataType): TensorInfo;
  /** So many bytes, from a multiple of 16, until the next call of this function. */
  scratch(bytes: number): number;
  /** The memory as it is now, until something is allocated. */
  buffer(): ArrayBufferLike;
  /** The same values in another shape, without a copy. */
  share(x: TensorInfo, shape?: readonly number[]): TensorInfo;
}

const heaps = new WeakMap<WasmBackend, Heap>();

/** @throws Error where the backend does not show its memory, or the kernels cannot be started on it */
export function heapOf(backend: WasmBackend): Heap {
  const heap = heaps.get(backend) ?? makeHeap(backend);
  heaps.set(backend, heap);
  return heap;
}

function makeHeap(backend: WasmBackend): Heap {
  const { wasm } = backend;
  const memory = wasm.wasmMemory ?? wasm.asm?.memory;
  if (memory === undefined) throw new Error("the wasm backend of tf.js does not show its memory");
  const run = kernelsOn(memory);
  let [block, size] = [0, 0];
  return {
    run,
    address: ({ dataId }) => backend.dataIdMap.get(dataId).memoryOffset,
    buffer: () => memory.buffer,
    output: (shape, dtype = "float32") => backend.makeOutput([...shape], dtype),
    share(x, shape = x.shape) {
      backend.incRef(x.dataId);
      return { dataId: x.dataId, shape: [...shape], dtype: x.dtype };
    },
    scratch(bytes) {
      if (bytes > size) {
        if (block !== 0) wasm._free(block);
        size = 0;
        block = wasm._malloc(bytes + 15) >>> 0;
        if (block === 0) throw new RangeError(`the wasm backend of tf.js has no ${bytes} bytes left`);
        size = bytes;
      }
      return Math.ceil(block / 16) * 16;
    },
  };
}
