import { checkBase, checkBetween, checkEven, checkNames, checkOneOf } from "../checks.ts";
import { type RotaryEncoder, rotary } from "../encoder.ts";
import { geometric } from "../frequencies.ts";
import type { Pairing } from "../ops.ts";
import type { Parameter } from "../parameters.ts";

export interface LearnedRopeOptions {
  /** Length of a head. */
  readonly dim: number;
  /** How many leading dimensions are rotated; all unless given. */
  readonly rotaryDim?: number;
  /** Of the first frequencies, which are RoPE's; 10000 unless given. */
  readonly base?: number;
  /** "halves" (default) or "interleaved". */
  readonly pairing?: Pairing;
  /** "index": whole numbers from 0 (default). "real": fractions and negative numbers too. */
  readonly positions?: "index" | "real";
}

/**
 * RoPE (Su et al., "RoFormer", 2021) whose frequencies [rotaryDim / 2] are learned, in radians per position. They
 * begin as base^(−2i / rotaryDim). Angles are float32 products here: right to 10^−3 up to position 10^4.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function learnedRope(options: LearnedRopeOptions): RotaryEncoder<{ readonly frequencies: Parameter }> {
  const who = "learnedRope";
  checkNames(who, options, ["dim", "rotaryDim", "base", "pairing", "positions"]);
  const dim = checkEven(who, "dim", options.dim);
  const { rotaryDim = dim, base = 10_000, pairing = "halves", positions: domain = "index" } = options;
  checkEven(who, "rotaryDim", rotaryDim);
  if (rotaryDim > dim) throw new RangeError(`${who}: rotaryDim must be at most dim ${dim}, got ${rotaryDim}`);
  checkBase(who, base);
  checkBetween(who, "base", base, 1e-20, 1e100); // the first frequencies are float32
  checkOneOf(who, "pairing", pairing, ["halves", "interleaved"]);
  checkOneOf(who, "positions", domain, ["index", "real"]);

  const pairs = rotaryDim / 2;
  const { high } = geometric({ base, count: pairs, numerator: 1, denominator: pairs });
  return rotary({
    name: who,
    title: "LearnedRoPE",
    options: { dim, rotaryDim, base, pairing, positions: domain },
    dim,
    rotaryDim,
    pairing,
    positions: { real: domain === "real" },
    parameters: { frequencies: { shape: [pairs], init: { values: [...high] } } },
    turns: ({ sincos }, positions, { frequencies }) => sincos(positions, frequencies),
  });
}
