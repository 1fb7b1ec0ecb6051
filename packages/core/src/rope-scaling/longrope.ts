import { checkNumbers, show } from "../checks.ts";
import { add, divide, exactly, logarithm, ONE } from "../double-double.ts";
import {
  checkLength,
  checkRatio,
  defined,
  frequenciesOf,
  optional,
  type ScalingMethod,
  unscaled,
} from "./method.ts";

/**
 * LongRoPE (Ding et al., 2024, as in Phi-3): every frequency is divided by a factor of its own, from one list up
 * to the original length and from another beyond it.
 *
 * The frequencies depend on the length of the sequence, so keys in a cache become wrong when it crosses the
 * original length.
 */
export interface LongropeScaling {
  readonly type: "longrope";
  /** rotaryDim / 2 divisors for sequences up to the original length. */
  readonly shortFactor: readonly number[];
  /** … and for longer ones. */
  readonly longFactor: readonly number[];
  /** The length before scaling. */
  readonly originalMaxPositionEmbeddings: number;
  /** The length after scaling; needed where neither `factor` nor `attentionFactor` is given. */
  readonly maxPositionEmbeddings?: number;
  /** How far the length is stretched; maxPositionEmbeddings / originalMaxPositionEmbeddings unless given. */
  readonly factor?: number;
  /** √(1 + ln factor / ln originalMaxPositionEmbeddings) unless given, and 1 for a factor of at most 1. */
  readonly attentionFactor?: number;
  /** The length of the sequence in force; none, and the short list holds. */
  readonly length?: number;
}

export const longrope: ScalingMethod<LongropeScaling> = {
  names: [
    "shortFactor",
    "longFactor",
    "originalMaxPositionEmbeddings",
    "maxPositionEmbeddings",
    "factor",
    "attentionFactor",
    "length",
  ],
  cacheSafe: false,

  check(who, options, { rotaryDim }) {
    const { type, maxPositionEmbeddings, factor, attentionFactor, length } = options;
    const list = (what: "shortFactor" | "longFactor"): number[] =>
      checkNumbers(who, `scaling.${what}`, options[what], rotaryDim / 2).map((value, i) =>
        checkRatio(who, `${what}[${i}]`, value),
      );
    const checked = defined({
      type,
      shortFactor: list("shortFactor"),
      longFactor: list("longFactor"),
      originalMaxPositionEmbeddings: checkLength(
        who,
        "originalMaxPositionEmbeddings",
        options.originalMaxPositionEmbeddings,
        2,
      ),
      maxPositionEmbeddings: optional(maxPositionEmbeddings, (value) =>
        checkLength(who, "maxPositionEmbeddings", value),
      ),
      factor: optional(factor, (value) => checkRatio(who, "factor", value)),
      attentionFactor: optional(attentionFactor, (value) => checkRatio(who, "attentionFactor", value)),
      length: optional(length, (value) => checkLength(who, "length", value)),
    });
    if (maxPositionEmbeddings === undefined && factor === undefined && attentionFactor === undefined) {
      throw new TypeError(
        `${who}: scaling must have maxPositionEmbeddings, factor or attentionFactor, got ${show(Object.keys(options))}`,
      );
    }
    return checked;
  },

  apply(options, rope) {
    const { shortFactor, longFactor, originalMaxPositionEmbeddings, length = 0 } = options;
    const divisors = length > originalMaxPositionEmbeddings ? longFactor : shortFactor;
    const frequencies = unscaled(rope).map((frequency, i) => divide(frequency, exactly(divisors[i]!)));
    return {
      frequencies: frequenciesOf(frequencies),
      attentionFactor: options.attentionFactor ?? attentionScale(options),
    };
  },
};

function attentionScale(options: LongropeScaling): number {
  const { originalMaxPositionEmbeddings: original, maxPositionEmbeddings = original, factor } = options;
  const stretch =
    factor === undefined ? divide(exactly(maxPositionEmbeddings), exactly(original)) : exactly(factor);
  if (stretch[0] <= 1) return 1;
  return Math.sqrt(add(ONE, divide(logarithm(stretch), logarithm(exactly(original))))[0]);
}
