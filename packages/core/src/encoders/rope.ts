import { checkNames, checkOffset, checkOneOf } from "../checks.ts";
import { type RotaryEncoder, rotary } from "../encoder.ts";
import type { Pairing } from "../ops.ts";
import { shifted } from "../range.ts";
import { checkRopeFrequencies, type RopeFrequencyOptions } from "../rope-frequencies.ts";
import { isCacheSafe, scaledFrequencies } from "../rope-scaling/index.ts";

export interface RopeOptions extends RopeFrequencyOptions {
  /** "halves" as in Llama and GPT-NeoX (default), "interleaved" as in GPT-J, RoFormer and the paper. */
  readonly pairing?: Pairing;
  /** How the pairs of the result lie; as they came unless given. DeepSeek reads interleaved, writes halves. */
  readonly outputPairing?: Pairing;
  /** Added to every position; 0 unless given. */
  readonly offset?: number;
  /** "index": whole numbers from 0 (default). "real": fractions and negative numbers too. */
  readonly positions?: "index" | "real";
}

const NAMES = ["dim", "rotaryDim", "base", "pairing", "outputPairing", "offset", "positions", "scaling"];
const PAIRINGS = ["halves", "interleaved"] as const;

/**
 * Rotary position embedding: pair i of a query or key at position p is turned by p · base^(−2i / rotaryDim)
 * (Su et al., "RoFormer", 2021, eq. 34). The score of two tokens then depends on the distance between them.
 * `scaling` changes the frequencies, so that a model reaches beyond its trained length.
 *
 * The pairing belongs to the weights: a checkpoint trained with one gives noise with the other.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function rope(options: RopeOptions): RotaryEncoder<Record<never, never>> {
  checkNames("rope", options, NAMES);
  const { dim, rotaryDim, base, scaling } = checkRopeFrequencies("rope", options);
  const { pairing = "halves", offset = 0, positions: domain = "index" } = options;
  const { outputPairing = pairing } = options;
  checkOneOf("rope", "pairing", pairing, PAIRINGS);
  checkOneOf("rope", "outputPairing", outputPairing, PAIRINGS);
  checkOneOf("rope", "positions", domain, ["index", "real"]);
  const real = domain === "real";
  checkOffset("rope", offset, real);

  const { frequencies, attentionFactor } = scaledFrequencies(scaling, { base, rotaryDim });
  const waves = attentionFactor === 1 ? frequencies : { ...frequencies, amplitude: attentionFactor };
  return rotary({
    name: "rope",
    title: "RoPE",
    options: {
      dim,
      rotaryDim,
      base,
      pairing,
      ...(outputPairing !== pairing && { outputPairing }),
      offset,
      positions: domain,
      ...(scaling && { scaling }),
    },
    dim,
    rotaryDim,
    pairing,
    outputPairing,
    gain: attentionFactor,
    positions: { real },
    parameters: {},
    cacheSafe: isCacheSafe(scaling),
    frequencies: waves,
    turns: (ops, positions) => ops.sincos(shifted(ops, positions, offset), waves),
  });
}
