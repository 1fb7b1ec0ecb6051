import { add, divide, exactly, multiply, ONE } from "../double-double.ts";
import {
  checkLength,
  checkPairs,
  checkRatio,
  defined,
  frequenciesOf,
  optional,
  type ScalingMethod,
  unscaled,
} from "./method.ts";
import { ntkAware } from "./ntk.ts";

/**
 * NTK-aware scaling that sets in beyond the trained length: the base is multiplied by
 * (factor · length / maxPositionEmbeddings − (factor − 1))^(d / (d − 2)) (emozilla, 2023).
 *
 * The frequencies depend on the length of the sequence, so keys in a cache become wrong when it grows.
 */
export interface DynamicScaling {
  readonly type: "dynamic";
  readonly factor: number;
  /** The trained length; up to it nothing is scaled. */
  readonly maxPositionEmbeddings: number;
  /** The length of the sequence in force; none, and nothing is scaled. */
  readonly length?: number;
}

export const dynamic: ScalingMethod<DynamicScaling> = {
  names: ["factor", "maxPositionEmbeddings", "length"],
  cacheSafe: false,

  check(who, { type, factor, maxPositionEmbeddings, length }, { rotaryDim }) {
    checkPairs(who, "dynamic", rotaryDim);
    return defined({
      type,
      factor: checkRatio(who, "factor", factor),
      maxPositionEmbeddings: checkLength(who, "maxPositionEmbeddings", maxPositionEmbeddings),
      length: optional(length, (value) => checkLength(who, "length", value)),
    });
  },

  apply({ factor, maxPositionEmbeddings, length = 0 }, rope) {
    if (length <= maxPositionEmbeddings) {
      return { frequencies: frequenciesOf(unscaled(rope)), attentionFactor: 1 };
    }
    const stretch = divide(exactly(length - maxPositionEmbeddings), exactly(maxPositionEmbeddings));
    const beyond = add(ONE, multiply(exactly(factor), stretch));
    return { frequencies: frequenciesOf(ntkAware(rope, beyond)), attentionFactor: 1 };
  },
};
