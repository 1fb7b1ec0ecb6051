import type { Ops, Primitives } from "./ops.ts";

/** key − query, below 0 to the left: queries [..., q], keys [..., k] int32 → [..., q, k] int32. */
export function relativePositions<T>({ expandDims, sub }: Primitives<T>, queries: T, keys: T): T {
  return sub(expandDims(keys, -2), expandDims(queries, -1));
}

/**
 * How far each key is, for all heads: key − query [..., q, k] → [..., 1, q, k] float32.
 *
 * @param direction "symmetric": |query − key|; "causal": query − key to the left, 0 to the right
 */
export function distances<T>(
  { abs, expandDims, float, maximum, neg }: Ops<T>,
  relative: T,
  direction: "symmetric" | "causal" = "symmetric",
): T {
  return expandDims(float(direction === "causal" ? maximum(neg(relative), 0) : abs(relative)), -3);
}

/** [..., q, k, heads] → [..., heads, q, k] */
export function headsFirst<T>({ swapAxes }: Ops<T>, scores: T): T {
  return swapAxes(swapAxes(scores, -2, -1), -3, -2);
}
