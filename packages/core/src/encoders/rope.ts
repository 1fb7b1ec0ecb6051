import { checkBase, checkEven, checkNames, checkOffset, checkOneOf } from "../checks.ts";
import { type RotaryEncoder, rotary } from "../encoder.ts";
import { geometric } from "../frequencies.ts";
import type { Pairing } from "../ops.ts";
import { shifted } from "../range.ts";

export interface RopeOptions {
  /** Length of a head (`head_dim`). */
  readonly dim: number;
  /** How many leading dimensions are rotated; all unless given (`rotary_dim`). */
  readonly rotaryDim?: number;
  /** `rope_theta`; 10000 unless given. */
  readonly base?: number;
  /** "halves" as in Llama and GPT-NeoX (default), "interleaved" as in GPT-J, RoFormer and the paper. */
  readonly pairing?: Pairing;
  /** Added to every position; 0 unless given. */
  readonly offset?: number;
  /** "index": whole numbers from 0 (default). "real": fractions and negative numbers too. */
  readonly positions?: "index" | "real";
}

/**
 * Rotary position embedding: pair i of a query or key at position p is turned by p · base^(−2i / rotaryDim)
 * (Su et al., "RoFormer", 2021, eq. 34). The score of two tokens then depends on the distance between them.
 *
 * The pairing belongs to the weights: a checkpoint trained with one gives noise with the other.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function rope(options: RopeOptions): RotaryEncoder<Record<never, never>> {
  checkNames("rope", options, ["dim", "rotaryDim", "base", "pairing", "offset", "positions"]);
  const dim = checkEven("rope", "dim", options.dim);
  const {
    rotaryDim = dim,
    base = 10_000,
    pairing = "halves",
    offset = 0,
    positions: domain = "index",
  } = options;
  checkEven("rope", "rotaryDim", rotaryDim);
  if (rotaryDim > dim) throw new RangeError(`rope: rotaryDim must be at most dim ${dim}, got ${rotaryDim}`);
  checkBase("rope", base);
  checkOneOf("rope", "pairing", pairing, ["halves", "interleaved"]);
  checkOneOf("rope", "positions", domain, ["index", "real"]);
  const real = domain === "real";
  checkOffset("rope", offset, real);

  const pairs = rotaryDim / 2;
  const frequencies = geometric({ base, count: pairs, numerator: 1, denominator: pairs });
  return rotary({
    name: "rope",
    options: { dim, rotaryDim, base, pairing, offset, positions: domain },
    dim,
    rotaryDim,
    pairing,
    positions: { real },
    parameters: {},
    turns: (ops, positions) => ops.sincos(shifted(ops, positions, offset), frequencies),
  });
}
