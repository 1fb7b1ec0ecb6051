import { checkBase, checkEven, checkNames } from "./checks.ts";
import { checkScaling, type RopeScaling, scaledFrequencies } from "./rope-scaling/index.ts";
import type { RopeFrequencies } from "./rope-scaling/method.ts";

export interface RopeFrequencyOptions {
  /** Length of a head (`head_dim`). */
  readonly dim: number;
  /** How many leading dimensions are rotated; all unless given (`rotary_dim`). */
  readonly rotaryDim?: number;
  /** `rope_theta`; 10000 unless given. */
  readonly base?: number;
  /** How the frequencies are changed, so that a model reaches beyond its trained length; not at all unless given. */
  readonly scaling?: RopeScaling;
}

/** The same options, checked and with their defaults. @throws TypeError, RangeError for a bad one */
export function checkRopeFrequencies(who: string, options: RopeFrequencyOptions) {
  const dim = checkEven(who, "dim", options.dim);
  const { rotaryDim = dim, base = 10_000, scaling } = options;
  checkEven(who, "rotaryDim", rotaryDim);
  if (rotaryDim > dim) throw new RangeError(`${who}: rotaryDim must be at most dim ${dim}, got ${rotaryDim}`);
  checkBase(who, base);
  const rope = { base, rotaryDim };
  return { dim, ...rope, ...(scaling !== undefined && { scaling: checkScaling(who, scaling, rope) }) };
}

/**
 * The frequencies of a rotary encoder, in radians per position: base^(−2i / rotaryDim) for i below rotaryDim / 2,
 * scaled as the options say, to about 28 digits (`inv_freq` elsewhere); and by what its cosines and sines are
 * multiplied.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function ropeFrequencies(options: RopeFrequencyOptions): RopeFrequencies {
  checkNames("ropeFrequencies", options, ["dim", "rotaryDim", "base", "scaling"]);
  const { scaling, base, rotaryDim } = checkRopeFrequencies("ropeFrequencies", options);
  return scaledFrequencies(scaling, { base, rotaryDim });
}
