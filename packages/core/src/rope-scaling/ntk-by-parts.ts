import { checkBoolean } from "../checks.ts";
import { divide, exactly } from "../double-double.ts";
import {
  checkBaseAboveOne,
  checkLength,
  checkPairs,
  checkRatio,
  frequenciesOf,
  type ScalingMethod,
  unscaled,
} from "./method.ts";
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

export const ntkByParts: ScalingMethod<NtkByPartsScaling> = {
  names: ["factor", "originalMaxPositionEmbeddings", "beta0", "beta1", "gamma0", "gamma1", "truncate"],

  check(who, options, { base, rotaryDim }) {
    const { type, beta0 = 1.25, beta1 = 0.75, gamma0 = 16, gamma1 = 2, truncate = true } = options;
    checkBaseAboveOne(who, "ntk-by-parts", base);
    checkPairs(who, "ntk-by-parts", rotaryDim);
    return {
      type,
      factor: checkRatio(who, "factor", options.factor),
      originalMaxPositionEmbeddings: checkLength(
        who,
        "originalMaxPositionEmbeddings",
        options.originalMaxPositionEmbeddings,
      ),
      beta0: checkRatio(who, "beta0", beta0),
      beta1: checkRatio(who, "beta1", beta1),
      gamma0: checkRatio(who, "gamma0", gamma0),
      gamma1: checkRatio(who, "gamma1", gamma1),
      truncate: checkBoolean(who, "scaling.truncate", truncate),
    };
  },

  apply(options, rope) {
    const { factor, originalMaxPositionEmbeddings: length, truncate = true } = options;
    const { beta0 = 1.25, beta1 = 0.75, gamma0 = 16, gamma1 = 2 } = options;
    const scaled = ntkAware(rope, exactly(factor));
    const toInterpolated = ramp(rope, { fast: beta0, slow: beta1, length, truncate });
    const toScaled = ramp(rope, { fast: gamma0, slow: gamma1, length, truncate });
    const frequencies = unscaled(rope).map((frequency, i) => {
      const interpolated = divide(frequency, exactly(factor));
      return blend(frequency, blend(scaled[i]!, interpolated, toInterpolated[i]!), toScaled[i]!);
    });
    return { frequencies: frequenciesOf(frequencies), attentionFactor: 1 };
  },
};
