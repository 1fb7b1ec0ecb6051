import { checkObject, checkOneOf } from "../checks.ts";
import { type DynamicScaling, dynamic } from "./dynamic.ts";
import { type LinearScaling, linear } from "./linear.ts";
import { type Llama3Scaling, llama3 } from "./llama3.ts";
import { type LongropeScaling, longrope } from "./longrope.ts";
import { carry, type WithMethod } from "./method.ts";
import { type NtkScaling, ntk } from "./ntk.ts";
import { type NtkByPartsScaling, ntkByParts } from "./ntk-by-parts.ts";
import { type ProportionalScaling, proportional } from "./proportional.ts";
import { type YarnScaling, yarn } from "./yarn.ts";

/** How frequencies are changed, as plain data. {@link ropeScaling} makes of it what `rope` takes. */
export type RopeScalingData =
  | LinearScaling
  | DynamicScaling
  | NtkScaling
  | NtkByPartsScaling
  | YarnScaling
  | LongropeScaling
  | Llama3Scaling
  | ProportionalScaling;

/** How the frequencies are changed, so that a model reaches beyond its trained length. */
export type RopeScaling = WithMethod<RopeScalingData>;

const methods = {
  linear,
  dynamic,
  ntk,
  "ntk-by-parts": ntkByParts,
  yarn,
  longrope,
  llama3,
  proportional,
} satisfies { readonly [T in RopeScalingData["type"]]: unknown };

/**
 * The scaling that plain data describe, such as `{ type: "yarn", … }` from JSON. It knows all types, so all come along
 * in a bundle; `yarnScaling` and its like bring one.
 *
 * @throws TypeError for what is no object. Who takes the scaling checks the rest, the type too
 */
export function ropeScaling(data: RopeScalingData): RopeScaling {
  const { type } = checkObject("ropeScaling", "data", data);
  const types = Object.keys(methods) as RopeScalingData["type"][];
  return carry((who) => methods[checkOneOf(who, "scaling.type", type, types)], data);
}
