import "@tensorflow/tfjs";
import { addMissingKernels, mendWasm } from "@posenc/tfjs/wasm";
import { installWasmKernels, removeWasmKernels } from "@posenc/tfjs/wasm-kernels";
import { setBackend } from "@tensorflow/tfjs-core";

/**
 * The WebAssembly backend of tf.js:
 * - stock: as it comes, with only the gradient of gather, which it lacks;
 * - mended: products with a transposed operand go by way of a transposition (`mendWasm`);
 * - kernels: with `@posenc/tfjs/wasm-kernels`.
 */
export const contenders = ["stock", "mended", "kernels"] as const;
export type Contender = (typeof contenders)[number];

const prepare: Readonly<Record<Contender, () => unknown>> = {
  stock: addMissingKernels,
  mended: mendWasm,
  kernels: () => {
    const { obstacle } = installWasmKernels();
    if (obstacle !== undefined) throw new Error(`the kernels cannot run: ${obstacle}`);
  },
};

/** Once in a process. */
export async function enter(contender: Contender): Promise<void> {
  removeWasmKernels(); // importing them has installed them
  prepare[contender]();
  if (!(await setBackend("wasm"))) throw new Error("the wasm backend of tf.js could not be started");
}
