import { checkBetween, limited, orElse } from "../checks.ts";
import { divide } from "../double-double.ts";
import { checkRatio, type ScalingMethod, type WithMethod, withMethod } from "./method.ts";

export interface ProportionalScaling {
  readonly type: "proportional";
  /** The share of the pairs that is turned, from 0 to 1. */
  readonly partialRotaryFactor: number;
  /** Every frequency is divided by this; 1 unless given. */
  readonly factor?: number;
}

export const proportional: ScalingMethod<ProportionalScaling, "factor"> = {
  type: "proportional",
  checks: () => ({ partialRotaryFactor: limited(checkBetween, 0, 1), factor: orElse(1, checkRatio) }),
  scale({ partialRotaryFactor, factor }, { rotaryDim }) {
    const turned = Math.floor((partialRotaryFactor * rotaryDim) / 2);
    return (frequency, pair) => (pair < turned ? divide(frequency, factor) : 0);
  },
};

/**
 * As in Gemma 4: a share of the pairs is turned, with exponents over the whole head, and the others have
 * frequency 0. What stays as it was is then the end of each half of a head, not the end of the head.
 */
export function proportionalScaling(
  options: Omit<ProportionalScaling, "type">,
): WithMethod<ProportionalScaling> {
  return withMethod(proportional, options);
}
