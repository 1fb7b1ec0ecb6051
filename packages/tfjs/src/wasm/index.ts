/**
 * What the stock WebAssembly backend of tf.js lacks for training, or does slowly. Importing this module and
 * calling {@link mendWasm} once replaces two kernels for everybody who uses that backend in the process:
 *
 * - UnsortedSegmentSum, the gradient of gather: missing.
 * - BatchMatMul with a transposed operand, which every gradient needs: 10 to 50 times slower than the plain
 *   product, so the operand is transposed first.
 *
 * The plain product packs a matrix once for each data id. Do not write into a variable's memory: assign a new tensor.
 */
import "@tensorflow/tfjs-backend-wasm";
import {
  getKernel,
  type KernelConfig,
  registerKernel,
  setBackend,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import { batchMatMul } from "./batch-mat-mul.ts";
import { ours } from "./ours.ts";
import { unsortedSegmentSum } from "./unsorted-segment-sum.ts";

const mended = new WeakSet<KernelConfig>();

/** Idempotent. Does not change which backend is set. */
export function mendWasm(): void {
  addMissingKernels();
  const stock = getKernel("BatchMatMul", "wasm");
  if (mended.has(stock) || ours.has(stock)) return;
  unregisterKernel("BatchMatMul", "wasm");
  registerKernel({ ...stock, kernelFunc: batchMatMul(stock.kernelFunc) });
  mended.add(getKernel("BatchMatMul", "wasm"));
}

/** Only what no gradient of gather can do without; no kernel of the backend is replaced. Idempotent. */
export function addMissingKernels(): void {
  if (getKernel("UnsortedSegmentSum", "wasm") !== undefined) return;
  registerKernel({ kernelName: "UnsortedSegmentSum", backendName: "wasm", kernelFunc: unsortedSegmentSum });
}

/** Makes the WebAssembly backend, mended, the current one. @throws Error where it cannot be started */
export async function useWasm(): Promise<void> {
  mendWasm();
  if (!(await setBackend("wasm"))) throw new Error("useWasm: the wasm backend of tf.js could not be started");
}
