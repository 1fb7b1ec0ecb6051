import type { Readiness } from "../rounds/suite.ts";
import { exactUlps } from "./exact-ulps.ts";
import { expectedOf } from "./expected.ts";
import type { Inputs, SpeedWorkload } from "./workload.ts";

/** Holds every element of the outputs against float64. */
export function checkResults(
  workload: SpeedWorkload,
  inputs: Inputs[SpeedWorkload["computation"]],
  outputs: readonly Float32Array[],
): Readiness {
  const { tolerance } = workload;
  let error = 0;
  for (const [o, { name, length, at }] of expectedOf(workload, inputs as never).entries()) {
    const output = outputs[o];
    if (output?.length !== length) {
      return { state: "wrong", what: `${name} must have ${length} values, got ${output?.length ?? "none"}` };
    }
    for (let i = 0; i < length; i++) {
      const expected = at(i);
      const off = Math.abs(output[i]! - expected) / Math.max(1, Math.abs(expected));
      if (!(off <= tolerance)) {
        const values = `${output[i]} where ${expected} is true (tolerance ${tolerance})`;
        return { state: "wrong", what: `${name}[${i}] is ${values}` };
      }
      if (off > error) error = off;
    }
  }
  const ulps = workload.computation === "sincos" ? { ulps: exactUlps(workload.sizes, outputs) } : {};
  return { state: "ready", accuracy: { error, tolerance, ...ulps } };
}
