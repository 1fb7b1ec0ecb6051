import { divide } from "../double-double.ts";
import { checkRatio, type ScalingMethod } from "./method.ts";

/** Position interpolation: every frequency is divided by the factor (Chen et al., 2023; kaiokendev). */
export interface LinearScaling {
  readonly type: "linear";
  readonly factor: number;
}

export const linear: ScalingMethod<LinearScaling> = {
  checks: () => ({ factor: checkRatio }),
  scale:
    ({ factor }) =>
    (frequency) =>
      divide(frequency, factor),
};
