import { choice, optional } from "../checks.ts";
import { type RotaryEncoder, rotary } from "../encoder.ts";
import type { Pairing } from "../ops.ts";
import { type PlaceOptions, placeChecks, shifted } from "../range.ts";
import { type RopeFrequencyOptions, scaledRope } from "../rope-frequencies.ts";

export interface RopeOptions extends RopeFrequencyOptions, PlaceOptions {
  /** "halves" as in Llama and GPT-NeoX (default), "interleaved" as in GPT-J, RoFormer and the paper. */
  readonly pairing?: Pairing;
  /** How the pairs of the result lie; as they came unless given. DeepSeek reads interleaved, writes halves. */
  readonly outputPairing?: Pairing;
}

/**
 * Rotary position embedding: pair i of a query or key at position p is turned by p · base^(−2i / rotaryDim)
 * (Su et al., "RoFormer", 2021, eq. 34). The score of two tokens then depends on the distance between them.
 * `scaling` changes the frequencies, so that a model reaches beyond its trained length.
 *
 * The pairing belongs to the weights: a checkpoint trained with one gives noise with the other.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function rope(given: RopeOptions): RotaryEncoder<Record<never, never>> {
  const shared = scaledRope("rope", given, {
    pairing: choice("halves", "interleaved"),
    outputPairing: optional(choice("halves", "interleaved")),
    ...placeChecks(given),
  });
  const { pairing, outputPairing = pairing, offset, positions: domain } = shared.options;
  return rotary({
    name: "rope",
    title: "RoPE",
    ...shared,
    pairing,
    outputPairing,
    positions: { real: domain === "real" },
    turns: (ops, positions) => ops.sincos(shifted(ops, positions, offset), shared.frequencies),
  });
}
