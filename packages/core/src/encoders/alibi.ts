import {
  checkBoolean,
  checkNames,
  checkNumbers,
  checkObject,
  checkOneOf,
  checkPositive,
  checkSize,
} from "../checks.ts";
import { type BiasEncoder, bias } from "../encoder.ts";
import type { Parameter, Parameters } from "../parameters.ts";
import { relativePositions } from "../relative-positions.ts";

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
  /**
   * The slopes are trained, from the given ones on. They stay positive: the parameter `logSlopes`, or `logLeft` and
   * `logRight` where `slopes` has two sides, holds their logarithms.
   */
  readonly learned?: boolean;
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

/** The slope of a head to one side is `factor` · `slopes`, or BLIND where the factor is 0. */
interface Side {
  /** Name of the parameter, where the slopes are trained. */
  readonly name: string;
  readonly what: string;
  readonly slopes: readonly number[];
  readonly factor: (head: number) => number;
}

/**
 * Attention with linear biases: a penalty on each score that grows with the distance, head by head
 * (Press et al., "Train Short, Test Long", 2022, §3). No parameters unless `learned`; holds beyond the trained
 * length.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function alibi(
  options: AlibiOptions & { readonly learned?: false },
): BiasEncoder<Record<never, never>>;
export function alibi(options: AlibiOptions): BiasEncoder<Parameters>;
export function alibi(options: AlibiOptions): BiasEncoder<Parameters> {
  checkNames("alibi", options, ["heads", "direction", "slopes", "learned"]);
  const heads = checkSize("alibi", "heads", options.heads);
  const { direction, slopes, learned = false } = options;
  if (direction !== undefined) checkOneOf("alibi", "direction", direction, ["causal", "symmetric", "split"]);
  checkBoolean("alibi", "learned", learned);
  const [left, right] = sides(heads, direction, slopes);

  return bias<Parameters>({
    name: "alibi",
    title: "ALiBi",
    options: {
      heads,
      ...(direction && { direction }),
      ...(slopes && { slopes }),
      ...(learned && { learned }),
    },
    heads,
    parameters: learned ? { ...parameterOf(left), ...parameterOf(right) } : {},
    scores(ops, queries, keys, values) {
      const { add, constant, exp, expandDims, float, maximum, minimum, mul, sub } = ops;
      const perHead = expandDims(float(relativePositions(ops, queries, keys)), -3); // below 0 to the left
      const host = (at: (head: number) => number) =>
        constant(
          Float32Array.from({ length: heads }, (_, head) => at(head)),
          [heads, 1, 1],
        );
      const blind = (factor: number) => (factor === 0 ? BLIND : 0);
      const slope = ({ name, slopes, factor }: Side) =>
        learned
          ? add(
              mul(exp(values[name]!), host(factor)),
              host((head) => blind(factor(head))),
            )
          : host((head) => slopes[head]! * factor(head) + blind(factor(head)));
      return sub(mul(minimum(perHead, 0), slope(left)), mul(maximum(perHead, 0), slope(right)));
    },
  });
}

function parameterOf({ name, what, slopes }: Side): Record<string, Parameter> {
  for (const [i, slope] of slopes.entries()) checkPositive("alibi", `${what}[${i}]`, slope);
  return { [name]: { shape: [slopes.length, 1, 1], init: { values: slopes.map(Math.log) } } };
}

/** The score falls by the slope to the left for each step left and by the slope to the right for each step right. */
function sides(
  heads: number,
  direction: AlibiOptions["direction"],
  slopes: AlibiOptions["slopes"],
): [left: Side, right: Side] {
  if (slopes !== undefined && !Array.isArray(slopes)) {
    const expected = `an array of ${heads} numbers or an object with left and right`;
    const { left, right } = checkObject("alibi", "slopes", slopes, expected);
    checkNames("alibi: slopes", slopes, ["left", "right"]);
    if (direction !== undefined) {
      throw new RangeError(
        `alibi: direction must be left out where slopes has left and right, got "${direction}"`,
      );
    }
    const own = (name: string, what: string, given: unknown): Side => ({
      name,
      what,
      slopes: checkNumbers("alibi", what, given, heads),
      factor: () => 1,
    });
    return [own("logLeft", "slopes.left", left), own("logRight", "slopes.right", right)];
  }
  const given = slopes === undefined ? undefined : checkNumbers("alibi", "slopes", slopes, heads);
  const both = (own: readonly number[], left: Side["factor"], right: Side["factor"]): [Side, Side] => {
    const side = { name: "logSlopes", what: "slopes", slopes: own };
    return [
      { ...side, factor: left },
      { ...side, factor: right },
    ];
  };
  if (direction === "split") {
    const lookLeft = Math.ceil(heads / 2);
    const own = given ?? [...alibiSlopes(lookLeft), ...(heads > 1 ? alibiSlopes(heads - lookLeft) : [])];
    const looksLeft = (head: number) => head < lookLeft;
    return both(
      own,
      (head) => Number(looksLeft(head)),
      (head) => Number(!looksLeft(head)),
    );
  }
  const mirrored = direction === "symmetric" ? 1 : -1;
  return both(
    given ?? alibiSlopes(heads),
    () => 1,
    () => mirrored,
  );
}
