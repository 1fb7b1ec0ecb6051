import "@tensorflow/tfjs";
import { mendWasm } from "@posenc/tfjs/wasm";
import * as tf from "@tensorflow/tfjs-core";

/** Makes a tf.js backend the current one, fit for training and without its advertisement. */
export async function useBackend(name: "cpu" | "wasm"): Promise<void> {
  mendWasm();
  if (!(await tf.setBackend(name))) throw new Error(`tf.js: backend ${name} could not be started`);
  if (name === "cpu") Object.assign(tf.backend(), { firstUse: false });
}
