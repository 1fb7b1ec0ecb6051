import { kernelBytes } from "./kernel-bytes.ts";
import type { KernelExports } from "./kernel-exports.ts";
import { type WasmMemory, webAssembly } from "./web-assembly.ts";

let compiled: object | null | undefined;

/** Compiled at the first call; null where WebAssembly or its SIMD is missing or not allowed. */
function compile(): object | null {
  if (webAssembly === undefined) return null;
  try {
    return new webAssembly.Module(kernelBytes());
  } catch {
    return null;
  }
}

/**
 * The kernels on somebody's memory, such as that of another module. They allocate nothing and keep nothing there.
 *
 * @returns undefined where WebAssembly or its SIMD is missing or not allowed
 */
export function instantiate(memory: WasmMemory): KernelExports | undefined {
  if (compiled === undefined) compiled = compile();
  if (compiled === null) return undefined;
  return new webAssembly!.Instance(compiled, { env: { memory } }).exports as KernelExports;
}
