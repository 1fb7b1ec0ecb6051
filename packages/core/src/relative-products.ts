import type { Ops } from "./ops.ts";

/**
 * Products of each token's vector with a vector that belongs to a pair of tokens.
 *
 * @param x [batch, heads, n, dim]
 * @param vectors [n, m, heads, dim], or [batch, n, m, heads, dim]
 * @param perBatch which of the two
 * @returns [batch, heads, n, m]
 */
export function relativeProducts<T>(ops: Ops<T>, x: T, vectors: T, perBatch: boolean): T {
  const { expandDims, matMul, squeeze, swapAxes } = ops;
  const perHead = swapAxes(swapAxes(swapAxes(vectors, -3, -2), -4, -3), -2, -1); // [..., heads, n, dim, m]
  if (perBatch) return squeeze(matMul(expandDims(x, -2), perHead), -2);
  // all members of a batch stand alike: they are the rows of one product for each head and token
  const rows = swapAxes(swapAxes(x, -4, -3), -3, -2); // [heads, n, batch, dim]
  return swapAxes(swapAxes(matMul(rows, perHead), -3, -2), -4, -3);
}
