import {
  type CheckArguments,
  checkAbsent,
  checkBetween,
  checkCount,
  choice,
  limited,
  optional,
  orElse,
} from "../checks.ts";
import { type RotaryEncoder, rotary } from "../encoder.ts";
import type { Pairing } from "../ops.ts";
import { type RopeFrequencyOptions, scaledRope } from "../rope-frequencies.ts";

export interface XposOptions extends RopeFrequencyOptions {
  /** "halves" (default), or "interleaved" as in torchscale and lucidrains. */
  readonly pairing?: Pairing;
  /** Positions over which the scale acts once (`scale_base`); 512 unless given. */
  readonly scaleBase?: number;
  /** γ: the smaller, the faster the decay of the fast pairs; 0.4 unless given. */
  readonly gamma?: number;
  /** Where the scale is 1; 0 unless given. The same for every length, so a cached key stays right. */
  readonly centre?: number;
  /**
   * In place of `centre`: the length of the sequence, whose middle, rounded down, is the centre (lucidrains,
   * x-transformers, flash-attention; torchscale rounds up). Keys cached at another length are then wrong.
   */
  readonly length?: number;
}

/** e^80 and e^−80 are far from the ends of float32. */
const LARGEST_EXPONENT = 80;

/**
 * xPos: RoPE, and pair i of a query at position p is multiplied by ζᵢ^((p − centre) / scaleBase), of a key by the
 * inverse, with ζᵢ = (2i / rotaryDim + γ) / (1 + γ) (Sun et al., "A Length-Extrapolatable Transformer", 2022, §3.1,
 * algorithm 1). So a score decays by ζᵢ^(distance / scaleBase), the fast pairs most.
 *
 * The centre cancels out of every score; it only keeps the scales within float32. The authors put it in the middle
 * of the sequence, which moves when the sequence grows. A fixed centre is safe with a KV cache, at a price: queries
 * and keys far from it are very small and very large, so positions end where a scale passes e^±80 (32,695 from the
 * centre with the defaults). Causal: for keys after the query the scale grows instead.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function xpos(given: XposOptions): RotaryEncoder<Record<never, never>> {
  const { options, gain, cacheSafe, ...shared } = scaledRope("xpos", given, {
    pairing: choice("halves", "interleaved"),
    scaleBase: orElse(512, limited(checkBetween, 1, 1e9)),
    gamma: orElse(0.4, limited(checkBetween, 1e-3, 1e3)),
    centre: (...[who, what, value]: CheckArguments) =>
      given.length === undefined
        ? checkCount(who, what, value ?? 0, 0, reachOf(given))
        : checkAbsent(who, what, value, "length is given"),
    length: optional((...all) => checkCount(...all, 1, 2 * reachOf(given))),
  });
  const { rotaryDim, pairing, scaleBase, gamma, length = 0, centre = Math.floor(length / 2) } = options;
  const pairs = rotaryDim / 2;
  const rates = Float64Array.from(
    { length: pairs },
    (_, pair) => Math.log((pair / pairs + gamma) / (1 + gamma)) / scaleBase,
  );
  const turns = (rates: Float64Array): RotaryEncoder["turns"] => {
    const growing = { ...shared.frequencies, growth: { rates, centre } };
    return ({ sincos }, positions) => sincos(positions, growing);
  };
  return rotary({
    name: "xpos",
    title: "XPos",
    ...shared,
    options,
    pairing,
    positions: { below: centre + reachOf(options) },
    cacheSafe: cacheSafe && !length,
    turns: turns(rates),
    keyTurns: turns(rates.map((rate) => -rate)),
  });
}

/** How far from the centre the scales stay within float32. */
function reachOf({ scaleBase = 512, gamma = 0.4 }: Pick<XposOptions, "scaleBase" | "gamma">): number {
  return Math.floor((LARGEST_EXPONENT * scaleBase) / Math.log((1 + gamma) / gamma));
}
