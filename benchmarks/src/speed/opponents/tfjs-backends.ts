import { ropeFrequencies } from "@posenc/core";
import { tfjs } from "@posenc/tfjs";
import { backend, setBackend } from "@tensorflow/tfjs-core";
import { enter } from "../../training-speed/contender.ts";
import type { Makers } from "../opponent.ts";
import { BASE } from "../workload.ts";
import { composed, tensor, tensors } from "./tfjs-composed.ts";

export type TfjsBackend = "tfjs-cpu" | "tfjs-wasm" | "tfjs-kernels";

/** posenc's operations, whose kernels the import brings. */
const kernels: Makers = {
  ...composed, // gather has another kernel, and is written as before
  rotate({ q, k, turn }, { sizes: { pairing, dim } }) {
    const given = [tensor(q), tensor(k)];
    const turned = { sin: tensor(turn.sin), cos: tensor(turn.cos) };
    return tensors(() => given.map((x) => tfjs.rotate(x, turned, { pairing, dim, rotaryDim: dim })));
  },
  sincos(inputs, { sizes: { dim } }) {
    const positions = tensor(inputs.positions);
    const { frequencies } = ropeFrequencies({ dim, base: BASE });
    return tensors(() => {
      const { sin, cos } = tfjs.sincos(positions, frequencies);
      return [sin, cos];
    });
  },
};

/** Sets a backend, once in a process. */
export const backends: Readonly<Record<TfjsBackend, () => Promise<Makers>>> = {
  async "tfjs-cpu"() {
    if (!(await setBackend("cpu"))) throw new Error("the cpu backend of tf.js could not be started");
    Object.assign(backend(), { firstUse: false }); // it would print an advertisement
    return composed;
  },
  async "tfjs-wasm"() {
    await enter("stock");
    return composed;
  },
  async "tfjs-kernels"() {
    await enter("kernels");
    return kernels;
  },
};
