import { checkCount, demand } from "../checks.ts";
import { divide, multiply, subtract, TWO_PI } from "../double-double.ts";
import { checkRatio, type ScalingMethod, type WithMethod, withMethod } from "./method.ts";
import { blend } from "./ramp.ts";

export interface Llama3Scaling {
  readonly type: "llama3";
  readonly factor: number;
  readonly lowFreqFactor: number;
  readonly highFreqFactor: number;
  /** The length before scaling. */
  readonly originalMaxPositionEmbeddings: number;
}

export const llama3: ScalingMethod<Llama3Scaling> = {
  type: "llama3",
  checks: () => ({
    factor: checkRatio,
    lowFreqFactor: checkRatio,
    highFreqFactor: checkRatio,
    originalMaxPositionEmbeddings: checkCount,
  }),
  scale(options, _, who) {
    const { factor, lowFreqFactor: low, highFreqFactor: high, originalMaxPositionEmbeddings } = options;
    demand(high >= low, who, "scaling.highFreqFactor", high, `at least scaling.lowFreqFactor ${low}`);
    return (frequency) => {
      const turns = divide(multiply(frequency, originalMaxPositionEmbeddings), TWO_PI);
      const interpolated = divide(frequency, factor);
      if (turns[0] < low) return interpolated;
      if (turns[0] >= high) return frequency;
      return blend(interpolated, frequency, divide(subtract(turns, low), subtract(high, low)));
    };
  },
};

/**
 * As in Llama 3.1: pairs that turn less than `lowFreqFactor` times over the original length are divided by the
 * factor, those that turn more than `highFreqFactor` times stay, and between them it goes by the number of turns.
 * The two may be equal, as in Llama 4 Scout: then nothing lies between them.
 */
export function llama3Scaling(options: Omit<Llama3Scaling, "type">): WithMethod<Llama3Scaling> {
  return withMethod(llama3, options);
}
