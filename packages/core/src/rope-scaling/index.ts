import { checkNames, checkObject, checkOneOf } from "../checks.ts";
import { type DynamicScaling, dynamic } from "./dynamic.ts";
import { type LinearScaling, linear } from "./linear.ts";
import { type Llama3Scaling, llama3 } from "./llama3.ts";
import { type LongropeScaling, longrope } from "./longrope.ts";
import {
  frequenciesOf,
  type RopeFrequencies,
  type RopeGeometry,
  type ScalingMethod,
  unscaled,
} from "./method.ts";
import { type NtkScaling, ntk } from "./ntk.ts";
import { type NtkByPartsScaling, ntkByParts } from "./ntk-by-parts.ts";
import { type ProportionalScaling, proportional } from "./proportional.ts";
import { type YarnScaling, yarn } from "./yarn.ts";

/** How the frequencies are changed, so that a model reaches beyond its trained length. */
export type RopeScaling =
  | LinearScaling
  | DynamicScaling
  | NtkScaling
  | NtkByPartsScaling
  | YarnScaling
  | LongropeScaling
  | Llama3Scaling
  | ProportionalScaling;

type Methods = {
  readonly [T in RopeScaling["type"]]: ScalingMethod<Extract<RopeScaling, { type: T }>>;
};

const methods: Methods = {
  linear,
  dynamic,
  ntk,
  "ntk-by-parts": ntkByParts,
  yarn,
  longrope,
  llama3,
  proportional,
};

const types = Object.keys(methods) as RopeScaling["type"][];
const methodOf = (type: RopeScaling["type"]) => methods[type] as ScalingMethod<RopeScaling>;

/** The options with their defaults. @throws TypeError, RangeError naming what is wrong */
export function checkScaling(who: string, scaling: unknown, rope: RopeGeometry): RopeScaling {
  const { type } = checkObject(who, "scaling", scaling);
  const method = methodOf(checkOneOf(who, "scaling.type", type, types));
  checkNames(`${who}: scaling`, scaling, ["type", ...method.names]);
  return method.check(who, scaling as RopeScaling, rope);
}

/** Frequencies by checked options. */
export function scaledFrequencies(scaling: RopeScaling | undefined, rope: RopeGeometry): RopeFrequencies {
  if (scaling === undefined) return { frequencies: frequenciesOf(unscaled(rope)), attentionFactor: 1 };
  return methodOf(scaling.type).apply(scaling, rope);
}

/** False where the frequencies depend on the length of the sequence. */
export function isCacheSafe(scaling: RopeScaling | undefined): boolean {
  return scaling === undefined || methodOf(scaling.type).cacheSafe !== false;
}
