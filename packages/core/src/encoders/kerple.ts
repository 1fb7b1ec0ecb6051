import { checkNames, checkOneOf, checkSize } from "../checks.ts";
import { type BiasEncoder, bias } from "../encoder.ts";
import type { Parameter } from "../parameters.ts";
import { distances } from "../relative-positions.ts";

export interface KerpleOptions {
  readonly heads: number;
  /** "logarithmic" (default): −r₁ · log(1 + r₂ · distance). "power": −r₁ · distance^r₂, with r₂ below 2. */
  readonly kernel?: "logarithmic" | "power";
  /** "symmetric" (default): |query − key|. "causal": keys to the right count as distance 0, as in the published code. */
  readonly direction?: "symmetric" | "causal";
}

/** r₁ = e^logAmplitude; r₂ = e^logRate, or 2 / (1 + e^(−logitPower)). */
export type KerpleParameters =
  | { readonly logAmplitude: Parameter; readonly logRate: Parameter }
  | { readonly logAmplitude: Parameter; readonly logitPower: Parameter };

/** Spreads over (0, 1), in no order. */
const golden = (head: number): number => ((head + 1) * 0.6180339887498949) % 1;

/**
 * Kernels of the distance with two trained numbers for each head (Chi et al., "KERPLE: Kernelized Relative
 * Positional Embedding for Length Extrapolation", 2022, §4). The numbers stay positive whatever is trained: the
 * parameters are their logarithms, and the logit of half the power. First values cover the range of the published
 * ones: r₁ (0, 2) and r₂ (0, 1) for "logarithmic", r₁ (0, 1) and r₂ (0, 2) for "power".
 *
 * @throws TypeError, RangeError for a bad option
 */
export function kerple(options: KerpleOptions): BiasEncoder<Readonly<Record<string, Parameter>>> {
  checkNames("kerple", options, ["heads", "kernel", "direction"]);
  const heads = checkSize("kerple", "heads", options.heads);
  const { kernel = "logarithmic", direction = "symmetric" } = options;
  checkOneOf("kerple", "kernel", kernel, ["logarithmic", "power"]);
  checkOneOf("kerple", "direction", direction, ["symmetric", "causal"]);

  const perHead = (value: (head: number) => number): Parameter => ({
    shape: [heads, 1, 1],
    init: { values: Array.from({ length: heads }, (_, head) => value(head)) },
  });
  const even = (head: number) => (head + 0.5) / heads;
  const logarithmic = kernel === "logarithmic";

  return bias<Readonly<Record<string, Parameter>>>({
    name: "kerple",
    options: { heads, kernel, direction },
    heads,
    parameters: logarithmic
      ? {
          logAmplitude: perHead((head) => Math.log(2 * even(head))),
          logRate: perHead((head) => Math.log(golden(head))),
        }
      : {
          logAmplitude: perHead((head) => Math.log(golden(head))),
          logitPower: perHead((head) => Math.log(even(head) / (1 - even(head)))),
        },
    scores(ops, queries, keys, { logAmplitude, logRate, logitPower }) {
      const { add, div, exp, log, maximum, minimum, mul, neg } = ops;
      const distance = distances(ops, queries, keys, direction);
      const amplitude = exp(logAmplitude!);
      if (logarithmic) return neg(mul(amplitude, log(add(mul(exp(logRate!), distance), 1))));
      const power = div(2, add(exp(neg(logitPower!)), 1));
      // 0 to a power is 0, and its gradient too, though log 0 is no number
      const raised = mul(minimum(distance, 1), exp(mul(power, log(maximum(distance, 1)))));
      return neg(mul(amplitude, raised));
    },
  });
}
