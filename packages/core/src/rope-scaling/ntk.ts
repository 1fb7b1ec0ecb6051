import { multiply, type Real } from "../double-double.ts";
import { geometric, listOf } from "../frequencies.ts";
import { checkRatio, demandPairs, type RopeGeometry, type Scaled, type ScalingMethod } from "./method.ts";

/**
 * NTK-aware scaling: the base is multiplied by factor^(d / (d − 2)), so that the lowest frequency is divided by
 * the factor and the highest stays (bloc97, 2023; `alpha` in the code of YaRN, Peng et al., 2023, §3.1).
 */
export interface NtkScaling {
  readonly type: "ntk";
  readonly factor: number;
}

export const ntk: ScalingMethod<NtkScaling> = {
  checks: () => ({ factor: checkRatio }),
  demands: demandPairs,
  scale: ({ factor }, rope) => ntkAware(rope, factor),
};

/** (base · factor^(d / (d − 2)))^(−2i / d) = base^(−2i / d) · factor^(−2i / (d − 2)). */
export function ntkAware({ rotaryDim }: RopeGeometry, factor: Real): Scaled {
  const pairs = rotaryDim / 2;
  const slower = listOf(geometric({ base: factor, count: pairs, denominator: pairs - 1 }));
  return (frequency, pair) => multiply(frequency, slower[pair]!);
}
