import type { Device } from "@posenc/conformance";
import type { Ops } from "@posenc/core";
import { getBackend, ready, setBackend, type Tensor, tidy } from "@tensorflow/tfjs-core";
import { plainTfjs, tfjs } from "./ops.ts";
import { fromTensor, toTensor } from "./tensors.ts";

/** For tests: tf.js on one of its backends, with our kernels or with the bodies alone. */
function tfjsDevice(backend: "cpu" | "wasm", kernels: "kernels" | "bodies"): Device {
  const ops: Ops<Tensor> = kernels === "kernels" ? tfjs : plainTfjs;
  return {
    name: `tf.js ${backend}, ${kernels}`,
    async run(inputs, body) {
      if (getBackend() !== backend) await setBackend(backend);
      await ready();
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
];
