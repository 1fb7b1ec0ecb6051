import { checkEven, checkOptions, checkPositive, choice, limited, orElse } from "../checks.ts";
import { type RotaryEncoder, rotary } from "../encoder.ts";
import { geometric } from "../frequencies.ts";
import type { Pairing } from "../ops.ts";
import type { Parameter } from "../parameters.ts";
import { checkDomain } from "../range.ts";
import { rotaryDimOf } from "../rope-frequencies.ts";

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
export function learnedRope(given: LearnedRopeOptions): RotaryEncoder<{ readonly frequencies: Parameter }> {
  const options = checkOptions("learnedRope", given, {
    dim: checkEven,
    rotaryDim: rotaryDimOf(given),
    base: orElse(10_000, limited(checkPositive, 1e-20, 1e100)), // the first frequencies are float32
    pairing: choice("halves", "interleaved"),
    positions: checkDomain,
  });
  const { dim, rotaryDim, base, pairing, positions: domain } = options;
  const pairs = rotaryDim / 2;
  const { high } = geometric({ base, count: pairs });
  return rotary({
    name: "learnedRope",
    title: "LearnedRoPE",
    options,
    dim,
    rotaryDim,
    pairing,
    positions: { real: domain === "real" },
    parameters: { frequencies: { shape: [pairs], init: { values: [...high] } } },
    turns: ({ sincos }, positions, { frequencies }) => sincos(positions, frequencies),
  });
}
