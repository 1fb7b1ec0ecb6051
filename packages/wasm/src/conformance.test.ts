import { type Device, everyEncoder, testEncoder, testOps } from "@posenc/conformance";
import { completeOps, type NdArray, typedArrays } from "@posenc/core";
import { threadedFrom } from "./threads/threaded-wasm.ts";
import { type Wasm, wasm } from "./wasm.ts";

const simd = wasm({ maxBytes: 2 ** 26 });
const plain = wasm({ maxBytes: 2 ** 26, simd: false });
const threaded = await threadedFrom({ threads: 2, maxBytes: 2 ** 26 }, 256); // small calls are split, too

const opsOf = ({ kernels, primitives }: Wasm) => completeOps({ ...typedArrays, ...primitives }, kernels);

/** Inputs and results are ordinary arrays. */
const outside = (name: string, own: Wasm): Device => ({
  name,
  run: async (inputs, body) => [...body(opsOf(own), ...inputs)],
});

const copyOf = ({ data, shape }: NdArray): NdArray => ({ data: data.slice(), shape });

/** Inputs are tensors of the memory, and all that is made of them. */
const inside = (name: string, own: Wasm): Device => ({
  name,
  run: async (inputs, body) =>
    own
      .scope(() => body(opsOf(own), ...inputs.map(({ data, shape }) => own.tensor(shape, data))))
      .map(copyOf),
});

for (const device of [
  outside("SIMD kernels", simd),
  outside("kernels in JavaScript", plain),
  inside("SIMD kernels, in their memory", simd),
  inside("SIMD kernels on two threads", threaded),
]) {
  testOps(device);
  for (const encoder of everyEncoder) testEncoder(encoder, device);
}
