import { checkCount, demand } from "../checks.ts";
import { divide, multiply, subtract, TWO_PI } from "../double-double.ts";
import { checkRatio, type ScalingMethod } from "./method.ts";
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
  checks: () => ({
    factor: checkRatio,
    lowFreqFactor: checkRatio,
    highFreqFactor: checkRatio,
    originalMaxPositionEmbeddings: checkCount,
  }),
  demands: (who, { lowFreqFactor: low, highFreqFactor: high }) =>
    demand(high >= low, who, "scaling.highFreqFactor", high, `at least scaling.lowFreqFactor ${low}`),
  scale: ({ factor, lowFreqFactor: low, highFreqFactor: high, originalMaxPositionEmbeddings: length }) =>
    function scaled(frequency) {
      const turns = divide(multiply(frequency, length), TWO_PI);
      const interpolated = divide(frequency, factor);
      if (turns[0] < low) return interpolated;
      if (turns[0] >= high) return frequency;
      return blend(interpolated, frequency, divide(subtract(turns, low), subtract(high, low)));
    },
};
