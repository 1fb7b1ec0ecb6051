import { axialTurns } from "../axial-turns.ts";
import { checkCount, checkNames, checkOneOf, show } from "../checks.ts";
import { type RotaryEncoder, rotary } from "../encoder.ts";
import type { Pairing } from "../ops.ts";
import { checkRopeFrequencies, type RopeFrequencyOptions } from "../rope-frequencies.ts";
import { isCacheSafe, scaledFrequencies } from "../rope-scaling/index.ts";

export interface MropeOptions extends RopeFrequencyOptions {
  /** How many pairs each coordinate turns: time, height, width (`mrope_section`). They add up to rotaryDim / 2. */
  readonly sections: readonly number[];
  /**
   * "sectioned" (default): the first pairs go by time, the next by height, the last by width (Qwen2-VL, GLM-4V).
   * "interleaved": pair i goes by coordinate i mod 3 while i < 3 · its section, and by time otherwise (Qwen3-VL), so
   * that each coordinate has fast and slow pairs.
   */
  readonly layout?: "sectioned" | "interleaved";
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
  checkNames(who, options, ["dim", "sections", "layout", "rotaryDim", "base", "pairing", "scaling"]);
  const { dim, rotaryDim, base, scaling } = checkRopeFrequencies(who, options);
  const { sections, layout = "sectioned", pairing = "halves" } = options;
  checkSections(who, sections, rotaryDim / 2);
  checkOneOf(who, "layout", layout, ["sectioned", "interleaved"]);
  checkOneOf(who, "pairing", pairing, ["halves", "interleaved"]);

  const { frequencies, attentionFactor } = scaledFrequencies(scaling, { base, rotaryDim });
  const axes = sections.length;
  return rotary({
    name: who,
    title: "MRoPE",
    options: { dim, sections: [...sections], layout, rotaryDim, base, pairing, ...(scaling && { scaling }) },
    dim,
    rotaryDim,
    pairing,
    gain: attentionFactor,
    positions: { axes },
    parameters: {},
    cacheSafe: isCacheSafe(scaling),
    frequencies,
    turns: axialTurns({
      axes,
      axisOf: layout === "sectioned" ? sectioned(sections) : interleaved(sections, rotaryDim / 2),
      frequencies: { ...frequencies, amplitude: attentionFactor },
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
