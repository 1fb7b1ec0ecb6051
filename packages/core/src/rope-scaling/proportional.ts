import { checkBetween } from "../checks.ts";
import { type DoubleDouble, divide, exactly } from "../double-double.ts";
import { checkRatio, frequenciesOf, type ScalingMethod, unscaled } from "./method.ts";

/**
 * As in Gemma 4: a share of the pairs is turned, with exponents over the whole head, and the others have
 * frequency 0. What stays as it was is then the end of each half of a head, not the end of the head.
 */
export interface ProportionalScaling {
  readonly type: "proportional";
  /** The share of the pairs that is turned, from 0 to 1. */
  readonly partialRotaryFactor: number;
  /** Every frequency is divided by this; 1 unless given. */
  readonly factor?: number;
}

const ZERO: DoubleDouble = exactly(0);

export const proportional: ScalingMethod<ProportionalScaling> = {
  names: ["partialRotaryFactor", "factor"],
  check: (who, { type, partialRotaryFactor, factor = 1 }) => ({
    type,
    partialRotaryFactor: checkBetween(who, "scaling.partialRotaryFactor", partialRotaryFactor, 0, 1),
    factor: checkRatio(who, "factor", factor),
  }),
  apply({ partialRotaryFactor, factor = 1 }, rope) {
    const turned = Math.floor((partialRotaryFactor * rope.rotaryDim) / 2);
    const frequencies = unscaled(rope).map((frequency, i) =>
      i < turned ? divide(frequency, exactly(factor)) : ZERO,
    );
    return { frequencies: frequenciesOf(frequencies), attentionFactor: 1 };
  },
};
