import { divide, exactly, multiply, subtract, TWO_PI } from "../double-double.ts";
import { checkLength, checkRatio, frequenciesOf, type ScalingMethod, unscaled } from "./method.ts";
import { blend } from "./ramp.ts";

/**
 * As in Llama 3.1: pairs that turn less than `lowFreqFactor` times over the original length are divided by the
 * factor, those that turn more than `highFreqFactor` times stay, and between them it goes by the number of turns.
 * The two may be equal, as in Llama 4 Scout: then nothing lies between them.
 */
export interface Llama3Scaling {
  readonly type: "llama3";
  readonly factor: number;
  readonly lowFreqFactor: number;
  readonly highFreqFactor: number;
  /** The length before scaling. */
  readonly originalMaxPositionEmbeddings: number;
}

export const llama3: ScalingMethod<Llama3Scaling> = {
  names: ["factor", "lowFreqFactor", "highFreqFactor", "originalMaxPositionEmbeddings"],

  check(who, { type, factor, lowFreqFactor, highFreqFactor, originalMaxPositionEmbeddings }) {
    const checked = {
      type,
      factor: checkRatio(who, "factor", factor),
      lowFreqFactor: checkRatio(who, "lowFreqFactor", lowFreqFactor),
      highFreqFactor: checkRatio(who, "highFreqFactor", highFreqFactor),
      originalMaxPositionEmbeddings: checkLength(
        who,
        "originalMaxPositionEmbeddings",
        originalMaxPositionEmbeddings,
      ),
    };
    if (highFreqFactor < lowFreqFactor) {
      throw new RangeError(
        `${who}: scaling.highFreqFactor must be at least scaling.lowFreqFactor ${lowFreqFactor}, got ${highFreqFactor}`,
      );
    }
    return checked;
  },

  apply({ factor, lowFreqFactor, highFreqFactor, originalMaxPositionEmbeddings }, rope) {
    const frequencies = unscaled(rope).map((frequency) => {
      const turns = divide(multiply(frequency, exactly(originalMaxPositionEmbeddings)), TWO_PI);
      const interpolated = divide(frequency, exactly(factor));
      if (turns[0] < lowFreqFactor) return interpolated;
      if (turns[0] >= highFreqFactor) return frequency;
      const along = divide(
        subtract(turns, exactly(lowFreqFactor)),
        subtract(exactly(highFreqFactor), exactly(lowFreqFactor)),
      );
      return blend(interpolated, frequency, along);
    });
    return { frequencies: frequenciesOf(frequencies), attentionFactor: 1 };
  },
};
