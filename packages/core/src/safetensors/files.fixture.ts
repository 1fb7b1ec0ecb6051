/** Makes safetensors files for the tests, good ones and bad ones. */
import { expect } from "vitest";
import { readSafetensors } from "./read-safetensors.ts";

export const utf8 = (text: string) => new TextEncoder().encode(text);

/** A file with this header, as text or as an object, and these data. */
export function file(header: unknown, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = utf8(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

export type Stored = readonly [name: string, dtype: string, shape: readonly number[], data: ArrayBufferView];

/** The tensors one after another; the header is padded with spaces so that the data begin at a multiple of 8. */
export function write(tensors: readonly Stored[], metadata?: Record<string, string>): Uint8Array {
  let at = 0;
  const entries = tensors.map(([name, dtype, shape, { byteLength }]) => {
    const begin = at;
    at += byteLength;
    return [name, { dtype, shape, data_offsets: [begin, at] }] as const;
  });
  const header = JSON.stringify({
    ...(metadata && { __metadata__: metadata }),
    ...Object.fromEntries(entries),
  });
  const data = new Uint8Array(at);
  for (const [i, [, , , { buffer, byteOffset, byteLength }]] of tensors.entries()) {
    data.set(new Uint8Array(buffer, byteOffset, byteLength), entries[i]![1].data_offsets[0]);
  }
  return file(header.padEnd(Math.ceil(header.length / 8) * 8), data);
}
/** The message of the error, which is one of the two; "" where there is none. */
export function attempt(bytes: Uint8Array): string {
  try {
    const { tensors } = readSafetensors(bytes);
    for (const tensor of Object.values(tensors)) tryArray(tensor);
    return "";
  } catch (error) {
    expect(error instanceof TypeError || error instanceof RangeError, String(error)).toBe(true);
    expect((error as Error).message).toMatch(/^readSafetensors: /);
    return (error as Error).message;
  }
}

/** Another dtype than the known ones, or an I64 out of range, is an error of its own. */
function tryArray(tensor: { array(): unknown }): void {
  try {
    tensor.array();
  } catch (error) {
    expect(error instanceof TypeError || error instanceof RangeError, String(error)).toBe(true);
  }
}
