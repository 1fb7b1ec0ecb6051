import { checkBetween, checkCount, checkNames, checkOneOf, show } from "../checks.ts";
import { type RotaryEncoder, rotary } from "../encoder.ts";
import type { Pairing } from "../ops.ts";
import { checkRopeFrequencies, type RopeFrequencyOptions } from "../rope-frequencies.ts";
import { isCacheSafe, scaledFrequencies } from "../rope-scaling/index.ts";

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
const NAMES = ["dim", "rotaryDim", "base", "pairing", "scaleBase", "gamma", "centre", "length", "scaling"];

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
export function xpos(options: XposOptions): RotaryEncoder<Record<never, never>> {
  const who = "xpos";
  checkNames(who, options, NAMES);
  const { dim, rotaryDim, base, scaling } = checkRopeFrequencies(who, options);
  const { pairing = "halves", scaleBase = 512, gamma = 0.4 } = options;
  checkOneOf(who, "pairing", pairing, ["halves", "interleaved"]);
  checkBetween(who, "scaleBase", scaleBase, 1, 1e9);
  checkBetween(who, "gamma", gamma, 1e-3, 1e3);
  const { length } = options;
  if (length !== undefined && options.centre !== undefined) {
    throw new TypeError(`${who}: centre must be left out where length is given, got ${show(options.centre)}`);
  }
  const reach = Math.floor((LARGEST_EXPONENT * scaleBase) / Math.log((1 + gamma) / gamma));
  const centre =
    length === undefined
      ? checkCount(who, "centre", options.centre ?? 0, 0, reach)
      : Math.floor(checkCount(who, "length", length, 1, 2 * reach) / 2);

  const pairs = rotaryDim / 2;
  const { frequencies, attentionFactor } = scaledFrequencies(scaling, { base, rotaryDim });
  const waves = { ...frequencies, amplitude: attentionFactor };
  const rates = Float64Array.from(
    { length: pairs },
    (_, pair) => Math.log((pair / pairs + gamma) / (1 + gamma)) / scaleBase,
  );
  const turns = (rates: Float64Array): RotaryEncoder["turns"] => {
    const growing = { ...waves, growth: { rates, centre } };
    return ({ sincos }, positions) => sincos(positions, growing);
  };
  return rotary({
    name: who,
    title: "XPos",
    options: {
      dim,
      rotaryDim,
      base,
      pairing,
      scaleBase,
      gamma,
      ...(length === undefined ? { centre } : { length }),
      ...(scaling && { scaling }),
    },
    dim,
    rotaryDim,
    pairing,
    positions: { below: centre + reach },
    cacheSafe: length === undefined && isCacheSafe(scaling),
    frequencies: waves,
    parameters: {},
    turns: turns(rates),
    keyTurns: turns(rates.map((rate) => -rate)),
  });
}
