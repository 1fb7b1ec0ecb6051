import { checkNames, checkNumbers, checkObject, checkOneOf, checkSize } from "../checks.ts";
import { type BiasEncoder, bias } from "../encoder.ts";

export interface AlibiOptions {
  readonly heads: number;
  /**
   * "causal" (default): −slope · (query − key), for a causal mask, as published.
   * "symmetric": −slope · |query − key|, for bidirectional attention; it cannot tell left from right.
   * "split": the first half of the heads look left only, the second half right only.
   * Left out where `slopes` gives both sides.
   */
  readonly direction?: "causal" | "symmetric" | "split";
  /** One slope for each head, or one for keys to the left and one for keys to the right; Press's unless given. */
  readonly slopes?:
    | readonly number[]
    | { readonly left: readonly number[]; readonly right: readonly number[] };
}

/** Steep enough that e^(−slope) is nothing, small enough that a thousand tokens stay finite in float16. */
const BLIND = 64;

/**
 * The slopes of Press et al.: 2^(−8i / heads) for i = 1 … heads where `heads` is a power of two; otherwise those
 * of the next lower power, followed by every other one of the next higher power (`get_slopes`).
 */
export function alibiSlopes(heads: number): number[] {
  checkSize("alibiSlopes", "heads", heads);
  const lower = 2 ** Math.floor(Math.log2(heads));
  const slopes = Array.from({ length: lower }, (_, i) => 2 ** ((-8 * (i + 1)) / lower));
  const between = Array.from({ length: heads - lower }, (_, i) => 2 ** ((-4 * (2 * i + 1)) / lower));
  return [...slopes, ...between];
}

/**
 * Attention with linear biases: a penalty on each score that grows with the distance, head by head
 * (Press et al., "Train Short, Test Long", 2022, §3). No parameters; holds beyond the trained length.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function alibi(options: AlibiOptions): BiasEncoder<Record<never, never>> {
  checkNames("alibi", options, ["heads", "direction", "slopes"]);
  const heads = checkSize("alibi", "heads", options.heads);
  const { direction, slopes } = options;
  if (direction !== undefined) checkOneOf("alibi", "direction", direction, ["causal", "symmetric", "split"]);
  const [left, right] = sides(heads, direction, slopes).map((side) => Float32Array.from(side));

  return bias({
    name: "alibi",
    options: { heads, ...(direction && { direction }), ...(slopes && { slopes }) },
    heads,
    parameters: {},
    scores({ constant, expandDims, float, maximum, minimum, mul, sub }, queries, keys) {
      const distance = float(sub(expandDims(keys, -2), expandDims(queries, -1))); // below 0 to the left
      const perHead = expandDims(distance, -3);
      const slope = (side: Float32Array) => constant(side, [heads, 1, 1]);
      return sub(mul(minimum(perHead, 0), slope(left!)), mul(maximum(perHead, 0), slope(right!)));
    },
  });
}

/** The slopes to the left and to the right: the score falls by `left` for each step left and by `right` for each right. */
function sides(
  heads: number,
  direction: AlibiOptions["direction"],
  slopes: AlibiOptions["slopes"],
): [left: readonly number[], right: readonly number[]] {
  if (slopes !== undefined && !Array.isArray(slopes)) {
    const expected = `an array of ${heads} numbers or an object with left and right`;
    const { left, right } = checkObject("alibi", "slopes", slopes, expected);
    checkNames("alibi: slopes", slopes, ["left", "right"]);
    if (direction !== undefined) {
      throw new RangeError(
        `alibi: direction must be left out where slopes has left and right, got "${direction}"`,
      );
    }
    return [
      checkNumbers("alibi", "slopes.left", left, heads),
      checkNumbers("alibi", "slopes.right", right, heads),
    ];
  }
  const given = slopes === undefined ? undefined : checkNumbers("alibi", "slopes", slopes, heads);
  if (direction === "split") {
    const lookLeft = Math.ceil(heads / 2);
    const own = given ?? [...alibiSlopes(lookLeft), ...(heads > 1 ? alibiSlopes(heads - lookLeft) : [])];
    return [
      own.map((slope, head) => (head < lookLeft ? slope : BLIND)),
      own.map((slope, head) => (head < lookLeft ? BLIND : slope)),
    ];
  }
  const both = given ?? alibiSlopes(heads);
  return [both, direction === "symmetric" ? both : both.map((slope) => -slope)];
}
