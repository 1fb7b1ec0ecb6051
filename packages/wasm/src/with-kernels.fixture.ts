/** Before a file of tests: the typed arrays compute by the kernels of @posenc/wasm wherever there are some. */
import { completeOps, typedArrays } from "@posenc/core";
import { wasm } from "./wasm.ts";

const { kernels, primitives } = wasm({ maxBytes: 2 ** 26 });
Object.assign(typedArrays, completeOps({ ...typedArrays, ...primitives }, kernels));
