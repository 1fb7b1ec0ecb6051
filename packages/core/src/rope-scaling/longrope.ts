import { checkCount, checkNumbers, limited, optional, show } from "../checks.ts";
import { add, divide, logarithm } from "../double-double.ts";
import { checkRatio, type ScalingMethod, type WithMethod, withMethod } from "./method.ts";

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
  type: "longrope",
  checks({ rotaryDim }) {
    const divisors = limited(checkNumbers, rotaryDim / 2, checkRatio);
    return {
      shortFactor: divisors,
      longFactor: divisors,
      originalMaxPositionEmbeddings: limited(checkCount, 2),
      maxPositionEmbeddings: optional(checkCount),
      factor: optional(checkRatio),
      attentionFactor: optional(checkRatio),
      length: optional(checkCount),
    };
  },
  scale(options, _, who) {
    const { maxPositionEmbeddings, factor, attentionFactor, shortFactor, longFactor, length = 0 } = options;
    if ((maxPositionEmbeddings ?? factor ?? attentionFactor) === undefined) {
      throw new TypeError(
        `${who}: scaling must have maxPositionEmbeddings, factor or attentionFactor, got ${show(Object.keys(options))}`,
      );
    }
    const divisors = length > options.originalMaxPositionEmbeddings ? longFactor : shortFactor;
    return (frequency, pair) => divide(frequency, divisors[pair]!);
  },
  cacheSafe: false,
  attentionFactor(options) {
    const { originalMaxPositionEmbeddings: original, maxPositionEmbeddings = original, factor } = options;
    const stretch = logarithm(factor ?? divide(maxPositionEmbeddings, original));
    return options.attentionFactor ?? Math.sqrt(Math.max(add(1, divide(stretch, logarithm(original)))[0], 1));
  },
};

/**
 * LongRoPE (Ding et al., 2024, as in Phi-3): every frequency is divided by a factor of its own, from one list up
 * to the original length and from another beyond it.
 *
 * The frequencies depend on the length of the sequence, so keys in a cache become wrong when it crosses the
 * original length.
 */
export function longropeScaling(options: Omit<LongropeScaling, "type">): WithMethod<LongropeScaling> {
  return withMethod(longrope, options);
}
