import { checkCount, optional } from "../checks.ts";
import { add, divide, multiply } from "../double-double.ts";
import { checkRatio, demandPairs, type ScalingMethod } from "./method.ts";
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
  checks: () => ({ factor: checkRatio, maxPositionEmbeddings: checkCount, length: optional(checkCount) }),
  demands: demandPairs,
  cacheSafe: false,
  scale({ factor, maxPositionEmbeddings, length = 0 }, rope) {
    if (length <= maxPositionEmbeddings) return (frequency) => frequency;
    const stretch = divide(length - maxPositionEmbeddings, maxPositionEmbeddings);
    return ntkAware(rope, add(1, multiply(factor, stretch)));
  },
};
