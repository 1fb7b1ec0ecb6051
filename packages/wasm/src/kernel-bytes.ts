import { KERNELS } from "./kernels.wasm.ts";

/** The module of the kernels. */
export function kernelBytes(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: KERNELS.length / 2 }, (_, i) =>
    Number.parseInt(KERNELS.slice(2 * i, 2 * i + 2), 16),
  );
}
