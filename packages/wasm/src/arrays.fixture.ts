import { array, type NdArray, random, sizeOf } from "@posenc/core";
import fc from "fast-check";
import { expect } from "vitest";
import type { Wasm } from "./wasm.ts";

/** Where an array lies: in the memory, outside of it, or outside and not at the beginning of its buffer. */
export type Place = "memory" | "outside" | "shifted";
export const place = fc.constantFrom<Place>("memory", "outside", "shifted");

/** Normally distributed numbers of the given deviation. */
export function noise(seed: number, shape: readonly number[], deviation = 1): NdArray {
  const { normal } = random(seed, "noise");
  return array(
    Float32Array.from({ length: sizeOf(shape) }, () => deviation * normal()),
    shape,
  );
}

/** A copy of `x` at that place. */
export function put(own: Wasm, { data, shape }: NdArray, at: Place): NdArray {
  if (at === "memory") return own.tensor(shape, data);
  const Type = data.constructor as Float32ArrayConstructor;
  const shift = at === "shifted" ? 3 : 0;
  const copy = new Type(data.length + shift).subarray(shift);
  copy.set(data);
  return { data: copy, shape };
}

export const bitsOf = ({ data }: NdArray): Uint32Array =>
  new Uint32Array(data.buffer, data.byteOffset, data.length).slice();

export function expectSameBits(got: NdArray, want: NdArray): void {
  expect(got.shape).toEqual(want.shape);
  const [a, b] = [bitsOf(got), bitsOf(want)];
  const at = a.findIndex((bits, i) => bits !== b[i]);
  expect(at < 0 ? "" : `element ${at}: ${got.data[at]} is not ${want.data[at]}`).toBe("");
}

/** Within `tolerance` · max(1, |want|). */
export function expectClose(got: NdArray, want: NdArray, tolerance = 1e-6): void {
  expect(got.shape).toEqual(want.shape);
  const off = got.data.findIndex(
    (value: number, i: number) =>
      !(Math.abs(value - want.data[i]!) <= tolerance * Math.max(1, Math.abs(want.data[i]!))),
  );
  expect(off < 0 ? "" : `element ${off}: ${got.data[off]}, expected ${want.data[off]}`).toBe("");
}
