/**
 * Importing this module makes training on the WebAssembly backend of tf.js fast: see {@link installWasmKernels},
 * which it calls.
 */
import { installWasmKernels } from "./install.ts";

export { installWasmKernels, removeWasmKernels, type WasmKernels } from "./install.ts";

installWasmKernels();
