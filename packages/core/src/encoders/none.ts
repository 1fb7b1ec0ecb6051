import { checkOptions } from "../checks.ts";
import { type AdditiveEncoder, additive } from "../encoder.ts";

/** No position encoding: what attention can do without one (Haviv et al., 2022; NoPE, Kazemnejad et al., 2023). */
export function none(options: Record<string, never> = {}): AdditiveEncoder<Record<never, never>> {
  return additive({
    name: "none",
    options: checkOptions("none", options, {}),
    parameters: {},
    vectors: ({ expandDims, float, mul }, positions) => mul(expandDims(float(positions), -1), 0),
  });
}
