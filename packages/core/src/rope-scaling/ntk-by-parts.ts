import { checkBoolean, checkCount, orElse } from "../checks.ts";
import { divide } from "../double-double.ts";
import { checkRatio, demandBaseAboveOne, demandPairs, type ScalingMethod } from "./method.ts";
import { ntkAware } from "./ntk.ts";
import { blend, ramp } from "./ramp.ts";

/**
 * NTK-by-parts in its first version (bloc97, 2023, `LlamaPartNTKScaledRotaryEmbedding` in the code of YaRN): two
 * ramps, from NTK-aware scaling to interpolation, and from no scaling to what that gives. YaRN has simplified it.
 */
export interface NtkByPartsScaling {
  readonly type: "ntk-by-parts";
  readonly factor: number;
  readonly originalMaxPositionEmbeddings: number;
  /** Turns over the trained length at which the ramp from NTK-aware to interpolated begins; 1.25 unless given. */
  readonly beta0?: number;
  /** … and ends; 0.75 unless given. */
  readonly beta1?: number;
  /** Turns at which the ramp from unscaled to scaled begins; 16 unless given. */
  readonly gamma0?: number;
  /** … and ends; 2 unless given. */
  readonly gamma1?: number;
  /** Whether the ramps begin and end at whole pairs; true unless given. */
  readonly truncate?: boolean;
}

export const ntkByParts: ScalingMethod<
  NtkByPartsScaling,
  "beta0" | "beta1" | "gamma0" | "gamma1" | "truncate"
> = {
  checks: () => ({
    factor: checkRatio,
    originalMaxPositionEmbeddings: checkCount,
    beta0: orElse(1.25, checkRatio),
    beta1: orElse(0.75, checkRatio),
    gamma0: orElse(16, checkRatio),
    gamma1: orElse(2, checkRatio),
    truncate: orElse(true, checkBoolean),
  }),
  demands(...all) {
    demandBaseAboveOne(...all);
    demandPairs(...all);
  },
  scale(options, rope) {
    const { factor, beta0, beta1, gamma0, gamma1 } = options;
    const scaled = ntkAware(rope, factor);
    const toInterpolated = ramp(rope, options, beta0, beta1);
    const toScaled = ramp(rope, options, gamma0, gamma1);
    return (frequency, pair) => {
      const interpolated = divide(frequency, factor);
      const between = blend(scaled(frequency, pair), interpolated, toInterpolated(pair));
      return blend(frequency, between, toScaled(pair));
    };
  },
};
