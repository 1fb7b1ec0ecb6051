import type { KernelConfig } from "@tensorflow/tfjs-core";

/** Kernels of the wasm backend that `installWasmKernels` put there, so that nothing replaces or mends them. */
export const ours = new WeakSet<KernelConfig>();
