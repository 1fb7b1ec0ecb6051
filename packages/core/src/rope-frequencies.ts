import { type Check, checkBase, checkEven, checkOptions, demand, optional, orElse } from "./checks.ts";
import { checkScaling, type RopeScaling, scaledFrequencies } from "./rope-scaling/index.ts";
import type { RopeFrequencies } from "./rope-scaling/method.ts";

const BASE = 10_000;

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

/** At most `dim`, and that where it is left out. */
export function rotaryDimOf(given: { readonly dim: number }): Check<number> {
  return (who, what, value = given.dim) => {
    const rotaryDim = checkEven(who, what, value);
    demand(rotaryDim <= given.dim, who, what, value, `at most dim ${given.dim}`);
    return rotaryDim;
  };
}

/** The checks of these options, with those of an encoder before the last. */
export function ropeChecks<C>(given: RopeFrequencyOptions, own: C) {
  return {
    dim: checkEven,
    rotaryDim: rotaryDimOf(given),
    base: orElse(BASE, checkBase),
    ...own,
    scaling: optional((who, _, scaling) => {
      const { dim, rotaryDim = dim, base = BASE } = given;
      return checkScaling(who, scaling, { base, rotaryDim });
    }),
  };
}

type CheckedRope = Required<Omit<RopeFrequencyOptions, "scaling">> & Pick<RopeFrequencyOptions, "scaling">;

/** What a rotary encoder has from checked options. */
export function scaledRope(options: CheckedRope) {
  const { dim, rotaryDim, scaling } = options;
  const { frequencies, attentionFactor, cacheSafe } = scaledFrequencies(scaling, options);
  return {
    options,
    dim,
    rotaryDim,
    gain: attentionFactor,
    parameters: {},
    cacheSafe,
    frequencies: { ...frequencies, amplitude: attentionFactor },
  };
}

/**
 * The frequencies of a rotary encoder, in radians per position: base^(−2i / rotaryDim) for i below rotaryDim / 2,
 * scaled as the options say, to about 28 digits (`inv_freq` elsewhere); and by what its cosines and sines are
 * multiplied.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function ropeFrequencies(options: RopeFrequencyOptions): RopeFrequencies {
  const { scaling, ...rope } = checkOptions("ropeFrequencies", options, ropeChecks(options, {}));
  const { frequencies, attentionFactor } = scaledFrequencies(scaling, rope);
  return { frequencies, attentionFactor };
}
