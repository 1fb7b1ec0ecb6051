import { lazyOpponent } from "../opponent.ts";
import type { Computation } from "../workload.ts";
import type { TfjsBackend } from "./tfjs-backends.ts";

const ALL: readonly Computation[] = ["rotate", "add", "sincos", "gatherAdd", "alibi"];
/** Where posenc has a kernel. */
const OURS: readonly Computation[] = ["rotate", "sincos", "gatherAdd"];

const backend = (name: TfjsBackend) => async () => (await import("./tfjs-backends.ts")).backends[name]();

/** Results stay in the backend's memory. */
export const tfjsCpu = lazyOpponent(
  { name: "tfjs-cpu", title: "tf.js cpu", ours: false },
  ALL,
  backend("tfjs-cpu"),
);
export const tfjsWasm = lazyOpponent(
  { name: "tfjs-wasm", title: "tf.js wasm", ours: false },
  ALL,
  backend("tfjs-wasm"),
);
export const tfjsKernels = lazyOpponent(
  { name: "tfjs-kernels", title: "tf.js wasm, @posenc/tfjs/wasm-kernels", ours: true },
  OURS,
  backend("tfjs-kernels"),
);
