import type { Arena } from "./arena.ts";

/**
 * Where the kernels find `length` floats of `data` from `from` on. Those of an ordinary array, with an `address` below
 * zero, are copied to `place`.
 */
export function bring(
  { floats }: Arena,
  data: Float32Array,
  address: number,
  from: number,
  length: number,
  place: number,
): number {
  if (address >= 0) return address + 4 * from;
  floats.set(length === data.length ? data : data.subarray(from, from + length), place >> 2);
  return place;
}

/** Copies what kernels left at `place` to an ordinary array. */
export function takeBack(
  { floats }: Arena,
  data: Float32Array,
  address: number,
  from: number,
  length: number,
  place: number,
): void {
  if (address < 0) data.set(floats.subarray(place >> 2, (place >> 2) + length), from);
}
