import { demand, show } from "../checks.ts";
import { multiply, type Real } from "../double-double.ts";
import { geometric, listOf } from "../frequencies.ts";
import {
  checkRatio,
  type ScaleArguments,
  type Scaled,
  type ScalingMethod,
  type WithMethod,
  withMethod,
} from "./method.ts";

export interface NtkScaling {
  readonly type: "ntk";
  readonly factor: number;
}

export const ntk: ScalingMethod<NtkScaling> = {
  type: "ntk",
  checks: () => ({ factor: checkRatio }),
  scale: (...all) => ntkAware(all[0].factor, ...all),
};

/**
 * NTK-aware scaling: the base is multiplied by factor^(d / (d − 2)), so that the lowest frequency is divided by
 * the factor and the highest stays (bloc97, 2023; `alpha` in the code of YaRN, Peng et al., 2023, §3.1).
 */
export function ntkScaling(options: Omit<NtkScaling, "type">): WithMethod<NtkScaling> {
  return withMethod(ntk, options);
}

/**
 * (base · factor^(d / (d − 2)))^(−2i / d) = base^(−2i / d) · factor^(−2i / (d − 2)).
 *
 * @throws RangeError for a single pair
 */
export function ntkAware(factor: Real, ...[{ type }, { rotaryDim }, who]: ScaleArguments): Scaled {
  const pairs = rotaryDim / 2;
  demand(pairs > 1, who, "rotaryDim", rotaryDim, `at least 4 where scaling.type is ${show(type)}`);
  const slower = listOf(geometric({ base: factor, count: pairs, denominator: pairs - 1 }));
  return (frequency, pair) => multiply(frequency, slower[pair]!);
}
