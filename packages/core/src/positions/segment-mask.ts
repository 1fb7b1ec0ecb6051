import { show } from "../checks.ts";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { tokenRows } from "./token-rows.ts";

/**
 * Which keys a query of packed sequences sees: those of its own document, where the segment ids are equal. The causal
 * rule comes on top of it.
 *
 * @param queries segment ids, int32 of shape [length] or [batch, length]
 * @param keys the same, where the keys are others (earlier ones in a cache, then those of the queries); [total] or
 *   [batch, total]
 * @returns int32 [batch, length, total], 1 for a key that is seen and 0 for one that is not; batch is 1 without one
 * @throws TypeError, RangeError where the ids are not int32, or have another rank or batch
 */
export function segmentMask(queries: NdArray, keys: NdArray = queries): NdArray {
  const q = tokenRows("segmentMask", "queries", queries);
  const k = tokenRows("segmentMask", "keys", keys);
  if (q.rows !== k.rows || q.shape.length !== k.shape.length) {
    throw new RangeError(
      `segmentMask: keys must have the same rank and batch as queries ${show(q.shape)}, got ${show(k.shape)}`,
    );
  }
  const mask = new Int32Array(q.rows * q.length * k.length);
  for (let at = 0, i = 0; i < q.rows * q.length; i++) {
    const first = Math.floor(i / q.length) * k.length;
    for (let j = 0; j < k.length; j++) mask[at++] = Number(q.data[i] === k.data[first + j]);
  }
  return array(mask, [q.rows, q.length, k.length]);
}
