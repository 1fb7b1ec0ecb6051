import { checkCount, optional } from "../checks.ts";
import { add, divide, multiply } from "../double-double.ts";
import { checkRatio, type ScalingMethod, type WithMethod, withMethod } from "./method.ts";
import { ntkAware } from "./ntk.ts";

export interface DynamicScaling {
  readonly type: "dynamic";
  readonly factor: number;
  /** The trained length; up to it nothing is scaled. */
  readonly maxPositionEmbeddings: number;
  /** The length of the sequence in force; none, and nothing is scaled. */
  readonly length?: number;
}

export const dynamic: ScalingMethod<DynamicScaling> = {
  type: "dynamic",
  checks: () => ({ factor: checkRatio, maxPositionEmbeddings: checkCount, length: optional(checkCount) }),
  cacheSafe: false,
  scale(...all) {
    const [{ factor, maxPositionEmbeddings, length = 0 }] = all;
    const stretch = divide(Math.max(length - maxPositionEmbeddings, 0), maxPositionEmbeddings);
    return ntkAware(add(1, multiply(factor, stretch)), ...all);
  },
};

/**
 * NTK-aware scaling that sets in beyond the trained length: the base is multiplied by
 * (factor · length / maxPositionEmbeddings − (factor − 1))^(d / (d − 2)) (emozilla, 2023).
 *
 * The frequencies depend on the length of the sequence, so keys in a cache become wrong when it grows.
 */
export function dynamicScaling(options: Omit<DynamicScaling, "type">): WithMethod<DynamicScaling> {
  return withMethod(dynamic, options);
}
