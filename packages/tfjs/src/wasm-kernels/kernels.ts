import { kernelsBase64 } from "./kernels.wasm.ts";
import { type Memory, webAssembly } from "./web-assembly.ts";

/** Numbers and addresses; what they mean stands with each kernel in assembly/. */
type Kernel = (...values: number[]) => number;

const names = [
  ...["adam", "copyRows", "gatherRows", "layerNorm", "layerNormGradient", "matMul", "matMulScratch"],
  ...["permute", "permuteRows", "reluGradient", "rotate", "scatterAdd", "sincos", "softmax"],
  ...["softmaxGradient", "sumAcross", "sumAlong", "transpose"],
] as const;

export type Kernels = Readonly<Record<(typeof names)[number], Kernel>>;

const decoded = (): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(kernelsBase64), (character) => character.charCodeAt(0));

/** Why the kernels cannot run here; nothing where they can. */
export function obstacle(): string | undefined {
  if (webAssembly === undefined) return "there is no WebAssembly here";
  if (!webAssembly.validate(decoded())) return "WebAssembly has no SIMD here";
  return undefined;
}

const modules = new Map<boolean, object>();

/**
 * The kernels on somebody's memory, shared between threads or not.
 *
 * @throws CompileError, LinkError where that cannot be
 */
export function kernelsOn(memory: Memory): Kernels {
  const shared = !(memory.buffer instanceof ArrayBuffer);
  const module = modules.get(shared) ?? new webAssembly!.Module(variant(shared));
  modules.set(shared, module);
  return new webAssembly!.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}

/** "env", "memory", kind 2: what stands before the limits of the memory that the module imports. */
const IMPORT = [3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2];
const [WITH_MAXIMUM, WITH_MAXIMUM_SHARED] = [1, 3];

/** A module says whether the memory it imports is shared: in one byte, which differs. */
function variant(shared: boolean): Uint8Array<ArrayBuffer> {
  const bytes = decoded();
  const start = bytes.findIndex((_, at) => IMPORT.every((value, i) => bytes[at + i] === value));
  bytes[start + IMPORT.length] = shared ? WITH_MAXIMUM_SHARED : WITH_MAXIMUM;
  return bytes;
}
