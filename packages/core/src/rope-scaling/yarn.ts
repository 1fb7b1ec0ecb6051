import { checkBetween, checkBoolean, checkOneOf } from "../checks.ts";
import { add, type DoubleDouble, divide, exactly, logarithm, multiply, ONE } from "../double-double.ts";
import {
  checkBaseAboveOne,
  checkLength,
  checkRatio,
  defined,
  frequenciesOf,
  optional,
  type ScalingMethod,
  unscaled,
} from "./method.ts";
import { blend, ramp } from "./ramp.ts";

/**
 * YaRN (Peng et al., 2023): pairs that turn often over the trained length stay, those that turn seldom are
 * interpolated, a ramp lies between; and cosines and sines grow by an attention factor.
 */
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

export const yarn: ScalingMethod<YarnScaling> = {
  names: [
    "factor",
    "originalMaxPositionEmbeddings",
    "betaFast",
    "betaSlow",
    "mscale",
    "mscaleAllDim",
    "attentionFactor",
    "truncate",
    "rampWithin",
  ],

  check(who, options, { base }) {
    const { type, betaFast = 32, betaSlow = 1, truncate = true, rampWithin } = options;
    checkBaseAboveOne(who, "yarn", base);
    checkRatio(who, "betaFast", betaFast);
    checkRatio(who, "betaSlow", betaSlow);
    if (betaFast < betaSlow) {
      throw new RangeError(
        `${who}: scaling.betaFast must be at least scaling.betaSlow ${betaSlow}, got ${betaFast}`,
      );
    }
    const share = (what: "mscale" | "mscaleAllDim") =>
      optional(options[what], (value) => checkBetween(who, `scaling.${what}`, value, 0, 1e6));
    return defined({
      type,
      factor: checkRatio(who, "factor", options.factor),
      originalMaxPositionEmbeddings: checkLength(
        who,
        "originalMaxPositionEmbeddings",
        options.originalMaxPositionEmbeddings,
      ),
      betaFast,
      betaSlow,
      mscale: share("mscale"),
      mscaleAllDim: share("mscaleAllDim"),
      attentionFactor: optional(options.attentionFactor, (value) =>
        checkRatio(who, "attentionFactor", value),
      ),
      truncate: checkBoolean(who, "scaling.truncate", truncate),
      rampWithin: optional(rampWithin, (value) =>
        checkOneOf(who, "scaling.rampWithin", value, ["dimensions", "pairs"]),
      ),
    });
  },

  apply(options, rope) {
    const { factor, originalMaxPositionEmbeddings: length, truncate = true } = options;
    const { betaFast: fast = 32, betaSlow: slow = 1, mscale, mscaleAllDim, rampWithin: within } = options;
    const along = ramp(rope, { fast, slow, length, truncate, ...(within && { within }) });
    const frequencies = unscaled(rope).map((frequency, i) =>
      blend(frequency, divide(frequency, exactly(factor)), along[i]!),
    );
    const usual =
      mscale && mscaleAllDim
        ? divide(attentionScale(factor, mscale), attentionScale(factor, mscaleAllDim))
        : attentionScale(factor);
    const { attentionFactor = usual[0] } = options;
    return { frequencies: frequenciesOf(frequencies), attentionFactor };
  },
};

/** 0.1·mscale·ln factor + 1, and 1 where nothing is stretched. */
function attentionScale(factor: number, mscale = 1): DoubleDouble {
  if (factor <= 1) return ONE;
  const tenth = divide(exactly(mscale), exactly(10));
  return add(multiply(tenth, logarithm(exactly(factor))), ONE);
}

/**
 * By what the attention logits are multiplied besides 1 / √dim in DeepSeek-V2 and V3, where the cosines and sines
 * carry no attention factor: (0.1·mscaleAllDim·ln factor + 1)².
 */
export function yarnSoftmaxFactor({ factor, mscaleAllDim = 0 }: YarnSoftmaxOptions): number {
  checkRatio("yarnSoftmaxFactor", "factor", factor);
  checkBetween("yarnSoftmaxFactor", "scaling.mscaleAllDim", mscaleAllDim, 0, 1e6);
  const scale = mscaleAllDim === 0 ? ONE : attentionScale(factor, mscaleAllDim);
  return multiply(scale, scale)[0];
}

export type YarnSoftmaxOptions = Pick<YarnScaling, "factor" | "mscaleAllDim">;
