import { checkOptions, checkSize, choice } from "../checks.ts";
import { type BiasEncoder, bias } from "../encoder.ts";
import type { Parameter, Parameters } from "../parameters.ts";
import { distances } from "../relative-positions.ts";

export interface KerpleOptions {
  readonly heads: number;
  /** "logarithmic" (default): −r₁ · log(1 + r₂ · distance). "power": −r₁ · distance^r₂, with r₂ below 2. */
  readonly kernel?: "logarithmic" | "power";
  /** "symmetric" (default): |query − key|. "causal": keys to the right count as distance 0, as in the published code. */
  readonly direction?: "symmetric" | "causal";
}

/** Spreads over (0, 1), in no order. */
const golden = (head: number): number => ((head + 1) * 0.6180339887498949) % 1;

/**
 * Kernels of the distance with two trained numbers for each head (Chi et al., "KERPLE: Kernelized Relative
 * Positional Embedding for Length Extrapolation", 2022, §4). They stay within their range whatever is trained: r₁ is
 * the absolute value of `amplitude`, r₂ that of `rate`, or 2 / (1 + e^(−logitPower)). First values cover the range
 * of the published ones: r₁ (0, 2) and r₂ (0, 1) for "logarithmic", r₁ (0, 1) and r₂ (0, 2) for "power".
 *
 * @throws TypeError, RangeError for a bad option
 */
export function kerple(given: KerpleOptions): BiasEncoder<Parameters> {
  const options = checkOptions("kerple", given, {
    heads: checkSize,
    kernel: choice("logarithmic", "power"),
    direction: choice("symmetric", "causal"),
  });
  const { heads, kernel, direction } = options;

  const perHead = (value: (head: number) => number): Parameter => ({
    shape: [heads, 1, 1],
    init: { values: Array.from({ length: heads }, (_, head) => value(head)) },
  });
  const even = (head: number) => (head + 0.5) / heads;
  const logarithmic = kernel === "logarithmic";

  return bias<Parameters>({
    name: "kerple",
    title: "KERPLE",
    options,
    heads,
    parameters: logarithmic
      ? { amplitude: perHead((head) => 2 * even(head)), rate: perHead(golden) }
      : {
          amplitude: perHead(golden),
          logitPower: perHead((head) => Math.log(even(head) / (1 - even(head)))),
        },
    scores(ops, queries, keys, { amplitude, rate, logitPower }) {
      const { abs, add, div, exp, log, maximum, mul, neg, sub } = ops;
      return ops.relativeScores(queries, keys, (relative) => {
        const distance = distances(ops, relative, direction);
        const curve = () => {
          if (logarithmic) return log(add(mul(abs(rate!), distance), 1));
          // distance · distance^(power − 1): an exponent half as large rounds half as much, and 0 is safe
          const t = exp(neg(maximum(logitPower!, -40)));
          const lessOne = div(sub(1, t), add(t, 1));
          return mul(distance, exp(mul(lessOne, log(maximum(distance, 1)))));
        };
        return neg(mul(abs(amplitude!), curve()));
      });
    },
  });
}
