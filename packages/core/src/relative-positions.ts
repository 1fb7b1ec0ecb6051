import type { Ops } from "./ops.ts";

/** key − query, below 0 to the left: queries [..., q], keys [..., k] int32 → [..., q, k] int32. */
export function relativePositions<T>({ expandDims, sub }: Ops<T>, queries: T, keys: T): T {
  return sub(expandDims(keys, -2), expandDims(queries, -1));
}

/**
 * How far each key is, for all heads: queries [..., q], keys [..., k] → [..., 1, q, k] float32.
 *
 * @param direction "symmetric": |query − key|; "causal": query − key to the left, 0 to the right
 */
export function distances<T>(
  ops: Ops<T>,
  queries: T,
  keys: T,
  direction: "symmetric" | "causal" = "symmetric",
): T {
  const { abs, expandDims, float, maximum, neg } = ops;
  const relative = relativePositions(ops, queries, keys);
  return expandDims(float(direction === "causal" ? maximum(neg(relative), 0) : abs(relative)), -3);
}

/** [..., q, k, heads] → [..., heads, q, k] */
export function headsFirst<T>({ swapAxes }: Ops<T>, scores: T): T {
  return swapAxes(swapAxes(scores, -2, -1), -3, -2);
}
