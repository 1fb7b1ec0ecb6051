import {
  type Check,
  checkAbsent,
  checkBoolean,
  checkFactor,
  checkNumbers,
  checkObject,
  checkOptions,
  checkPositive,
  checkSize,
  choice,
  limited,
  optional,
} from "../checks.ts";
import { type BiasEncoder, bias } from "../encoder.ts";
import type { Parameter, Parameters } from "../parameters.ts";

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

/** The slope of a head to one side is `factors` · `slopes`, or BLIND where the factor is 0. */
interface Side {
  /** Name of the parameter, where the slopes are trained. */
  readonly name: string;
  readonly slopes: readonly number[];
  readonly factors: readonly number[];
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
export function alibi(given: AlibiOptions): BiasEncoder<Parameters> {
  const perHead: Check<readonly number[]> = (...all) =>
    checkNumbers(...all, given.heads, given.learned ? limited(checkPositive, 0, 1e30) : checkFactor);
  const options = checkOptions("alibi", given, {
    heads: checkSize,
    direction: optional(choice("causal", "symmetric", "split")),
    slopes: optional((who, what, value): NonNullable<AlibiOptions["slopes"]> => {
      if (Array.isArray(value)) return perHead(who, what, value);
      const expected = `an array of ${given.heads} numbers or an object with left and right`;
      const both = checkObject(who, what, value, expected);
      const checked = checkOptions(who, both, { left: perHead, right: perHead }, what);
      checkAbsent(who, "direction", given.direction, "slopes has left and right", RangeError);
      return checked;
    }),
    learned: optional((...all) => checkBoolean(...all) || undefined),
  });
  const { heads, learned } = options;
  const [left, right] = sides(options);

  return bias<Parameters>({
    name: "alibi",
    title: "ALiBi",
    options,
    heads,
    parameters: learned ? { ...parameterOf(left), ...parameterOf(right) } : {},
    scores(ops, queries, keys, values) {
      const { add, constant, exp, expandDims, float, maximum, minimum, mul, sub } = ops;
      const host = (values: readonly number[]) => constant(Float32Array.from(values), [heads, 1, 1]);
      const slope = ({ name, slopes, factors }: Side) => {
        const blind = factors.map((factor) => (factor === 0 ? BLIND : 0));
        return learned
          ? add(mul(exp(values[name]!), host(factors)), host(blind))
          : host(slopes.map((slope, head) => slope * factors[head]! + blind[head]!));
      };
      return ops.relativeScores(queries, keys, (relative) => {
        const perHead = expandDims(float(relative), -3); // below 0 to the left
        return sub(mul(minimum(perHead, 0), slope(left)), mul(maximum(perHead, 0), slope(right)));
      });
    },
  });
}

function parameterOf({ name, slopes }: Side): Record<string, Parameter> {
  return { [name]: { shape: [slopes.length, 1, 1], init: { values: slopes.map(Math.log) } } };
}

/** The score falls by the slope to the left for each step left and by the slope to the right for each step right. */
function sides({ heads, direction, slopes }: AlibiOptions): [left: Side, right: Side] {
  const split = direction === "split";
  const half = split ? Math.ceil(heads / 2) : heads;
  const own = slopes ?? [...alibiSlopes(half), ...(half < heads ? alibiSlopes(heads - half) : [])];
  const two = "left" in own;
  const mirrored = two || direction === "symmetric" ? 1 : -1;
  const side = (name: string, slopes: readonly number[], factor: (head: number) => number): Side => ({
    name,
    slopes,
    factors: slopes.map((_, head) => factor(head)),
  });
  return [
    side(two ? "logLeft" : "logSlopes", two ? own.left : own, (head) => Number(head < half)),
    side(two ? "logRight" : "logSlopes", two ? own.right : own, (head) =>
      split ? Number(head >= half) : mirrored,
    ),
  ];
}
