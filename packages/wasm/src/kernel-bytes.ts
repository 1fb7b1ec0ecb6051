import { KERNELS } from "./kernels.wasm.ts";

/**
 * The module of the kernels. Its text has a character for each byte from −5 to 83, modulo 256, and two for others: gzip
 * finds repeated instructions in it, as it does not in base64.
 */
export function kernelBytes(): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let lead = 0;
  for (const character of KERNELS) {
    const code = character.charCodeAt(0);
    const digit = code - (code > 92 ? 36 : 35); // no backslash
    if (lead === 0 && digit >= 89) lead = 89 + 91 * (digit - 89);
    else {
      bytes.push(lead + digit - 5);
      lead = 0;
    }
  }
  return Uint8Array.from(bytes);
}
