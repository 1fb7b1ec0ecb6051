import { checkObject, checkOneOf, checkOptions } from "../checks.ts";
import { exactly } from "../double-double.ts";
import { geometric, mapFrequencies } from "../frequencies.ts";
import { type DynamicScaling, dynamic } from "./dynamic.ts";
import { type LinearScaling, linear } from "./linear.ts";
import { type Llama3Scaling, llama3 } from "./llama3.ts";
import { type LongropeScaling, longrope } from "./longrope.ts";
import type { RopeFrequencies, RopeGeometry, ScalingMethod } from "./method.ts";
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

const methods = {
  linear,
  dynamic,
  ntk,
  "ntk-by-parts": ntkByParts,
  yarn,
  longrope,
  llama3,
  proportional,
} satisfies Record<RopeScaling["type"], unknown>;

const methodOf = (type: RopeScaling["type"]) => methods[type] as unknown as ScalingMethod<RopeScaling>;

/** The options with their defaults. @throws TypeError, RangeError naming what is wrong */
export function checkScaling(who: string, scaling: unknown, rope: RopeGeometry): RopeScaling {
  const given = checkObject(who, "scaling", scaling);
  const types = Object.keys(methods) as RopeScaling["type"][];
  const type = checkOneOf(who, "scaling.type", given.type, types);
  const method = methodOf(type);
  const checks = { type: () => type, ...method.checks(rope) };
  const options = checkOptions(who, given, checks, "scaling") as RopeScaling;
  method.demands?.(who, options, rope);
  return options;
}

/** What is known of a rotary encoder with such frequencies. */
export interface ScaledFrequencies extends RopeFrequencies {
  /** False where the frequencies depend on the length of the sequence. */
  readonly cacheSafe: boolean;
}

/** base^(−2i / rotaryDim), to about 30 digits, and changed by checked options. */
export function scaledFrequencies(scaling: RopeScaling | undefined, rope: RopeGeometry): ScaledFrequencies {
  const frequencies = geometric({ base: rope.base, count: rope.rotaryDim / 2 });
  if (scaling === undefined) return { frequencies, attentionFactor: 1, cacheSafe: true };
  const { scale, cacheSafe = true, attentionFactor: usual } = methodOf(scaling.type);
  const { attentionFactor = usual?.(scaling) ?? 1 } = scaling as { readonly attentionFactor?: number };
  return {
    frequencies: mapFrequencies(frequencies, scale(scaling, rope)),
    attentionFactor: exactly(attentionFactor)[0],
    cacheSafe,
  };
}
