import { divide } from "../double-double.ts";
import { checkRatio, type ScalingMethod, type WithMethod, withMethod } from "./method.ts";

export interface LinearScaling {
  readonly type: "linear";
  readonly factor: number;
}

export const linear: ScalingMethod<LinearScaling> = {
  type: "linear",
  checks: () => ({ factor: checkRatio }),
  scale:
    ({ factor }) =>
    (frequency) =>
      divide(frequency, factor),
};

/** Position interpolation: every frequency is divided by the factor (Chen et al., 2023; kaiokendev). */
export function linearScaling(options: Omit<LinearScaling, "type">): WithMethod<LinearScaling> {
  return withMethod(linear, options);
}
