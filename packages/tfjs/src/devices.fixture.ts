import type { Device } from "@posenc/conformance";
import type { Ops } from "@posenc/core";
import { getBackend, ready, setBackend, type Tensor, tidy } from "@tensorflow/tfjs-core";
import { plainTfjs, tfjs } from "./ops.ts";
import { fromTensor, toTensor } from "./tensors.ts";
import { installWasmKernels, removeWasmKernels } from "./wasm-kernels/install.ts";

type Backend = "cpu" | "wasm" | "wasm with training kernels";

/** Sets it, with or without the kernels for training. */
export async function useBackend(backend: Backend): Promise<void> {
  removeWasmKernels();
  if (backend === "wasm with training kernels") installWasmKernels();
  const name = backend === "cpu" ? "cpu" : "wasm";
  if (getBackend() !== name) await setBackend(name);
  await ready();
}

/** For tests: tf.js on one of its backends, with our kernels or with the bodies alone. */
function tfjsDevice(backend: Backend, kernels: "kernels" | "bodies"): Device {
  const ops: Ops<Tensor> = kernels === "kernels" ? tfjs : plainTfjs;
  return {
    name: `tf.js ${backend}, ${kernels}`,
    async run(inputs, body) {
      await useBackend(backend);
      const outputs = tidy(() => [...body(ops, ...inputs.map(toTensor))]);
      const arrays = await Promise.all(outputs.map(fromTensor));
      for (const output of outputs) output.dispose();
      return arrays;
    },
  };
}

export const devices: readonly Device[] = [
  tfjsDevice("cpu", "kernels"),
  tfjsDevice("cpu", "bodies"),
  tfjsDevice("wasm", "kernels"),
  tfjsDevice("wasm", "bodies"),
  tfjsDevice("wasm with training kernels", "kernels"),
  tfjsDevice("wasm with training kernels", "bodies"),
];
