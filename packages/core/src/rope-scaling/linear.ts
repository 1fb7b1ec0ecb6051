import { divide, exactly } from "../double-double.ts";
import { checkRatio, frequenciesOf, type ScalingMethod, unscaled } from "./method.ts";

/** Position interpolation: every frequency is divided by the factor (Chen et al., 2023; kaiokendev). */
export interface LinearScaling {
  readonly type: "linear";
  readonly factor: number;
}

export const linear: ScalingMethod<LinearScaling> = {
  names: ["factor"],
  check: (who, { type, factor }) => ({ type, factor: checkRatio(who, "factor", factor) }),
  apply: ({ factor }, rope) => ({
    frequencies: frequenciesOf(unscaled(rope).map((frequency) => divide(frequency, exactly(factor)))),
    attentionFactor: 1,
  }),
};
