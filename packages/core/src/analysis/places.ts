import type { Encoder } from "../encoder.ts";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";

/** Whole positions as the encoder takes them: [n], or [n, axes] along the first axis with the others 0. */
export function places({ positions: { axes } = {} }: Encoder, at: readonly number[]): NdArray {
  if (axes === undefined) return array(Int32Array.from(at));
  const data = new Int32Array(at.length * axes);
  at.forEach((place, i) => {
    data[i * axes] = place;
  });
  return array(data, [at.length, axes]);
}

/** Positions along the first axis are below this. */
export function reachOf({ positions: { below, sizes } = {} }: Encoder): number {
  return Math.min(below ?? Number.POSITIVE_INFINITY, sizes?.[0] ?? Number.POSITIVE_INFINITY);
}

/** An array of this shape, `value` everywhere. */
export function filled(shape: readonly number[], value: number): NdArray {
  return array(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value), shape);
}
