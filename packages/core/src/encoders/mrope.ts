import { axialTurns } from "../axial-turns.ts";
import { checkBase, checkCount, checkEven, checkNames, checkOneOf, show } from "../checks.ts";
import { type RotaryEncoder, rotary } from "../encoder.ts";
import { geometric } from "../frequencies.ts";
import type { Pairing } from "../ops.ts";

export interface MropeOptions {
  /** Length of a head (`head_dim`). */
  readonly dim: number;
  /** How many pairs each coordinate turns: time, height, width (`mrope_section`). They add up to rotaryDim / 2. */
  readonly sections: readonly number[];
  /**
   * "sectioned" (default): the first pairs go by time, the next by height, the last by width (Qwen2-VL, GLM-4V).
   * "interleaved": pair i goes by coordinate i mod 3 while i < 3 · its section, and by time otherwise (Qwen3-VL), so
   * that each coordinate has fast and slow pairs.
   */
  readonly layout?: "sectioned" | "interleaved";
  /** How many leading dimensions are rotated; all unless given. */
  readonly rotaryDim?: number;
  /** `rope_theta`; 10000 unless given. */
  readonly base?: number;
  /** "halves" as in Qwen (default), "interleaved" as in GLM-4V. */
  readonly pairing?: Pairing;
}

/**
 * Multimodal RoPE: pair i is turned by one coordinate of (time, height, width) at frequency base^(−2i / rotaryDim)
 * (Wang et al., "Qwen2-VL", 2024, §2.1; interleaved: Bai et al., "Qwen3-VL", 2025). A text token has three equal
 * coordinates, and then this is RoPE. `qwen2VlPositions` makes the positions, [length, 3] or [batch, length, 3].
 *
 * @throws TypeError, RangeError for a bad option
 */
export function mrope(options: MropeOptions): RotaryEncoder<Record<never, never>> {
  const who = "mrope";
  checkNames(who, options, ["dim", "sections", "layout", "rotaryDim", "base", "pairing"]);
  const dim = checkEven(who, "dim", options.dim);
  const { sections, layout = "sectioned", rotaryDim = dim, base = 10_000, pairing = "halves" } = options;
  checkEven(who, "rotaryDim", rotaryDim);
  if (rotaryDim > dim) throw new RangeError(`${who}: rotaryDim must be at most dim ${dim}, got ${rotaryDim}`);
  checkSections(who, sections, rotaryDim / 2);
  checkOneOf(who, "layout", layout, ["sectioned", "interleaved"]);
  checkBase(who, base);
  checkOneOf(who, "pairing", pairing, ["halves", "interleaved"]);

  const pairs = rotaryDim / 2;
  const axes = sections.length;
  return rotary({
    name: who,
    options: { dim, sections: [...sections], layout, rotaryDim, base, pairing },
    dim,
    rotaryDim,
    pairing,
    positions: { axes },
    parameters: {},
    turns: axialTurns({
      axes,
      axisOf: layout === "sectioned" ? sectioned(sections) : interleaved(sections, pairs),
      frequencies: geometric({ base, count: pairs, numerator: 1, denominator: pairs }),
    }),
  });
}

function checkSections(who: string, sections: unknown, pairs: number): void {
  if (!Array.isArray(sections) || sections.length === 0) {
    throw new TypeError(`${who}: sections must be an array of numbers of pairs, got ${show(sections)}`);
  }
  for (const [axis, section] of sections.entries()) checkCount(who, `sections[${axis}]`, section, 0, 2 ** 20);
  if (sections.reduce((a, b) => a + b, 0) !== pairs) {
    throw new RangeError(
      `${who}: sections must add up to rotaryDim / 2 = ${pairs}, got ${show([...sections])}`,
    );
  }
}

const sectioned = (sections: readonly number[]): number[] =>
  sections.flatMap((section, axis) => new Array<number>(section).fill(axis));

function interleaved(sections: readonly number[], pairs: number): number[] {
  const axes = sections.length;
  return Array.from({ length: pairs }, (_, pair) => {
    const axis = pair % axes;
    return pair < axes * sections[axis]! ? axis : 0;
  });
}
