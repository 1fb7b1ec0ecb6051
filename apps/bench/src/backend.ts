import "@tensorflow/tfjs";
import { mendWasm } from "@posenc/tfjs/wasm";
import { installWasmKernels } from "@posenc/tfjs/wasm-kernels";
import * as tf from "@tensorflow/tfjs-core";

/** Makes a tf.js backend the current one, fit for training and without its advertisement. */
export async function useBackend(name: "cpu" | "wasm"): Promise<void> {
  mendWasm(); // for where there is no SIMD, and the kernels stay away
  installWasmKernels();
  if (!(await tf.setBackend(name))) throw new Error(`tf.js: backend ${name} could not be started`);
  if (name === "cpu") Object.assign(tf.backend(), { firstUse: false });
}
