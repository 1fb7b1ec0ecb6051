import type { Ops } from "./ops.ts";

/**
 * Products of each query's vector with a vector that belongs to its distance from a key.
 *
 * @param x [batch, heads, q, dim]
 * @param vectorsOf distances, key − query [d] int32 → [d, heads, dim]
 * @returns [batch, heads, q, k]
 */
export function relativeProducts<T>(
  ops: Ops<T>,
  x: T,
  [queries, keys]: readonly [queries: T, keys: T],
  vectorsOf: (distances: T) => T,
): T {
  const { expandDims, matMul, swapAxes, takeAlong, uniqueDistances } = ops;
  const { distances, index } = uniqueDistances(queries, keys);
  const perHead = swapAxes(swapAxes(vectorsOf(distances), -3, -2), -2, -1); // [heads, dim, d]
  return takeAlong(matMul(x, perHead), expandDims(index, -3));
}
