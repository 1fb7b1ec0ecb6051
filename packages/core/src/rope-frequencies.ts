import {
  type Check,
  type CheckArguments,
  type Checked,
  type Checks,
  checkBase,
  checkEven,
  checkOptions,
  choice,
  demand,
  orElse,
} from "./checks.ts";
import { type DoubleDouble, exactly } from "./double-double.ts";
import { geometric, mapFrequencies } from "./frequencies.ts";
import { methodOf, type RopeFrequencies, type RopeGeometry, withMethod } from "./rope-scaling/method.ts";
import type { RopeScaling } from "./rope-scaling/rope-scaling.ts";

export interface RopeFrequencyOptions {
  /** Length of a head (`head_dim`). */
  readonly dim: number;
  /** How many leading dimensions are rotated; all unless given (`rotary_dim`). */
  readonly rotaryDim?: number;
  /** `rope_theta`; 10000 unless given. */
  readonly base?: number;
  /**
   * How the frequencies are changed, so that a model reaches beyond its trained length, as `yarnScaling` and the like
   * say it; not at all unless given.
   */
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

type CheckedRope = Required<Omit<RopeFrequencyOptions, "scaling">> & Pick<RopeFrequencyOptions, "scaling">;
type Own<O> = Checks<Omit<O, keyof RopeFrequencyOptions>>;

/**
 * What a rotary encoder has: its options, checked, those of its own among them, and what follows from them.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function scaledRope<O extends RopeFrequencyOptions, C extends Own<O>>(who: string, given: O, own: C) {
  const checks = {
    dim: checkEven,
    rotaryDim: rotaryDimOf(given),
    base: orElse(10_000, checkBase),
    ...own,
    scaling: (...all: CheckArguments) => all[2],
  };
  const rope = checkOptions(who, given, checks as never) as CheckedRope & Checked<C>;
  const { dim, rotaryDim, base, scaling } = rope;
  const { options, scaled, gain, cacheSafe } =
    scaling === undefined ? unscaled : scaledBy(who, scaling, rope);
  return {
    options: { ...rope, ...options },
    dim,
    rotaryDim,
    gain,
    parameters: {},
    cacheSafe,
    frequencies: { ...mapFrequencies(geometric({ base, count: rotaryDim / 2 }), scaled), amplitude: gain },
  };
}

const unscaled = { options: {}, scaled: (x: DoubleDouble) => x, gain: 1, cacheSafe: true };

function scaledBy(who: string, given: RopeScaling, rope: RopeGeometry) {
  const method = methodOf(who, given);
  const { type, cacheSafe = true } = method;
  const checks = { type: choice(type), ...method.checks(rope) };
  const options = checkOptions(who, given as object, checks, "scaling") as RopeScaling;
  return {
    options: { scaling: withMethod(method, options) },
    scaled: method.scale(options, rope, who),
    gain: exactly(method.attentionFactor?.(options) ?? 1)[0],
    cacheSafe,
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
  const { frequencies, gain } = scaledRope("ropeFrequencies", options, {});
  const { amplitude, ...plain } = frequencies;
  return { frequencies: plain, attentionFactor: gain };
}
