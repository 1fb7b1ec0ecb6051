import { checkBoolean, checkCount, orElse } from "../checks.ts";
import { divide } from "../double-double.ts";
import { checkRatio, type ScalingMethod, type WithMethod, withMethod } from "./method.ts";
import { ntkAware } from "./ntk.ts";
import { blend, ramp } from "./ramp.ts";

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
  type: "ntk-by-parts",
  checks: () => ({
    factor: checkRatio,
    originalMaxPositionEmbeddings: checkCount,
    beta0: orElse(1.25, checkRatio),
    beta1: orElse(0.75, checkRatio),
    gamma0: orElse(16, checkRatio),
    gamma1: orElse(2, checkRatio),
    truncate: orElse(true, checkBoolean),
  }),
  scale(...all) {
    const [{ factor, beta0, beta1, gamma0, gamma1 }] = all;
    const toInterpolated = ramp(beta0, beta1, ...all);
    const toScaled = ramp(gamma0, gamma1, ...all);
    const scaled = ntkAware(factor, ...all);
    return (frequency, pair) => {
      const interpolated = divide(frequency, factor);
      const between = blend(scaled(frequency, pair), interpolated, toInterpolated(pair));
      return blend(frequency, between, toScaled(pair));
    };
  },
};

/**
 * NTK-by-parts in its first version (bloc97, 2023, `LlamaPartNTKScaledRotaryEmbedding` in the code of YaRN): two
 * ramps, from NTK-aware scaling to interpolation, and from no scaling to what that gives. YaRN has simplified it.
 */
export function ntkByPartsScaling(options: Omit<NtkByPartsScaling, "type">): WithMethod<NtkByPartsScaling> {
  return withMethod(ntkByParts, options);
}
