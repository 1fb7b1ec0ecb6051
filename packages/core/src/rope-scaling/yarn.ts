import {
  checkBetween,
  checkBoolean,
  checkCount,
  choice,
  demand,
  limited,
  optional,
  orElse,
} from "../checks.ts";
import { add, type DoubleDouble, divide, exactly, logarithm, multiply } from "../double-double.ts";
import { checkRatio, type ScalingMethod, type WithMethod, withMethod } from "./method.ts";
import { blend, ramp } from "./ramp.ts";

export interface YarnScaling {
  readonly type: "yarn";
  readonly factor: number;
  /** The length before scaling. */
  readonly originalMaxPositionEmbeddings: number;
  /** Pairs that turn at least so often stay as they are; 32 unless given. */
  readonly betaFast?: number;
  /** Pairs that turn at most so often are divided by the factor; 1 unless given. */
  readonly betaSlow?: number;
  /**
   * With `mscaleAllDim`: the attention factor is (0.1·mscale·ln factor + 1) / (0.1·mscaleAllDim·ln factor + 1),
   * as in DeepSeek-V2. One without the other, or 0, has no effect, as in transformers.
   */
  readonly mscale?: number;
  readonly mscaleAllDim?: number;
  /** Instead of the usual 0.1·ln factor + 1. */
  readonly attentionFactor?: number;
  /** Whether the ramp begins and ends at whole pairs; true unless given. */
  readonly truncate?: boolean;
  /**
   * Where the ramp ends at the latest: "dimensions" (default) at rotaryDim − 1, as in the authors' code and in
   * transformers, which is no limit in effect; "pairs" at rotaryDim / 2 − 1, as in keras-hub.
   */
  readonly rampWithin?: "dimensions" | "pairs";
}

export const yarn: ScalingMethod<YarnScaling, "betaFast" | "betaSlow" | "truncate"> = {
  type: "yarn",
  checks() {
    const share = optional(limited(checkBetween, 0, 1e6));
    return {
      factor: checkRatio,
      originalMaxPositionEmbeddings: checkCount,
      betaFast: orElse(32, checkRatio),
      betaSlow: orElse(1, checkRatio),
      mscale: share,
      mscaleAllDim: share,
      attentionFactor: optional(checkRatio),
      truncate: orElse(true, checkBoolean),
      rampWithin: optional(choice("dimensions", "pairs")),
    };
  },
  scale(...all) {
    const [{ factor, betaFast: fast, betaSlow: slow }, , who] = all;
    demand(fast >= slow, who, "scaling.betaFast", fast, `at least scaling.betaSlow ${slow}`);
    const along = ramp(fast, slow, ...all);
    return (frequency, pair) => blend(frequency, divide(frequency, factor), along(pair));
  },
  attentionFactor({ factor, mscale, mscaleAllDim, attentionFactor }) {
    if (attentionFactor) return attentionFactor;
    if (!mscale || !mscaleAllDim) return attentionScale(factor, 1);
    return divide(attentionScale(factor, mscale), attentionScale(factor, mscaleAllDim));
  },
};

/**
 * YaRN (Peng et al., 2023): pairs that turn often over the trained length stay, those that turn seldom are
 * interpolated, a ramp lies between; and cosines and sines grow by an attention factor.
 */
export function yarnScaling(options: Omit<YarnScaling, "type">): WithMethod<YarnScaling> {
  return withMethod(yarn, options);
}

/** 0.1·mscale·ln factor + 1, and 1 where nothing is stretched. */
function attentionScale(factor: number, mscale: number): DoubleDouble {
  return factor <= 1 ? exactly(1) : add(multiply(divide(mscale, 10), logarithm(factor)), 1);
}

/**
 * By what the attention logits are multiplied besides 1 / √dim in DeepSeek-V2 and V3, where the cosines and sines
 * carry no attention factor: (0.1·mscaleAllDim·ln factor + 1)².
 */
export function yarnSoftmaxFactor({ factor, mscaleAllDim = 0 }: YarnSoftmaxOptions): number {
  checkRatio("yarnSoftmaxFactor", "scaling.factor", factor);
  checkBetween("yarnSoftmaxFactor", "scaling.mscaleAllDim", mscaleAllDim, 0, 1e6);
  const scale = attentionScale(factor, mscaleAllDim);
  return multiply(scale, scale)[0];
}

export type YarnSoftmaxOptions = Pick<YarnScaling, "factor" | "mscaleAllDim">;
