import { type DoubleDouble, exactly, multiply } from "../double-double.ts";
import { geometric } from "../frequencies.ts";
import {
  checkPairs,
  checkRatio,
  frequenciesOf,
  listOf,
  type RopeGeometry,
  type ScalingMethod,
  unscaled,
} from "./method.ts";

/**
 * NTK-aware scaling: the base is multiplied by factor^(d / (d − 2)), so that the lowest frequency is divided by
 * the factor and the highest stays (bloc97, 2023; `alpha` in the code of YaRN, Peng et al., 2023, §3.1).
 */
export interface NtkScaling {
  readonly type: "ntk";
  readonly factor: number;
}

export const ntk: ScalingMethod<NtkScaling> = {
  names: ["factor"],
  check(who, { type, factor }, { rotaryDim }) {
    checkPairs(who, "ntk", rotaryDim);
    return { type, factor: checkRatio(who, "factor", factor) };
  },
  apply: ({ factor }, rope) => ({
    frequencies: frequenciesOf(ntkAware(rope, exactly(factor))),
    attentionFactor: 1,
  }),
};

/** (base · factor^(d / (d − 2)))^(−2i / d) = base^(−2i / d) · factor^(−2i / (d − 2)). */
export function ntkAware(rope: RopeGeometry, factor: DoubleDouble): DoubleDouble[] {
  const pairs = rope.rotaryDim / 2;
  const slower = listOf(geometric({ base: factor, count: pairs, numerator: 1, denominator: pairs - 1 }));
  return unscaled(rope).map((frequency, i) => multiply(frequency, slower[i]!));
}
