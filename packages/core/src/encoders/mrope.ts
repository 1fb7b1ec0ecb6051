import { axialTurns } from "../axial-turns.ts";
import { type CheckArguments, checkCount, checkList, choice, limited, show } from "../checks.ts";
import { type RotaryEncoder, rotary } from "../encoder.ts";
import type { Pairing } from "../ops.ts";
import { type RopeFrequencyOptions, scaledRope } from "../rope-frequencies.ts";

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
export function mrope(given: MropeOptions): RotaryEncoder<Record<never, never>> {
  const shared = scaledRope("mrope", given, {
    sections(...all: CheckArguments) {
      const { dim, rotaryDim = dim } = given;
      const counts = checkList(...all, "an array of numbers of pairs", limited(checkCount, 0, 2 ** 20));
      if (2 * counts.reduce((a, b) => a + b, 0) === rotaryDim) return counts;
      throw new RangeError(
        `mrope: sections must add up to rotaryDim / 2 = ${rotaryDim / 2}, got ${show(counts)}`,
      );
    },
    layout: choice("sectioned", "interleaved"),
    pairing: choice("halves", "interleaved"),
  });
  const { sections, layout, pairing, rotaryDim } = shared.options;
  const axes = sections.length;
  const axisOf =
    layout === "sectioned"
      ? sections.flatMap((section, axis) => new Array<number>(section).fill(axis))
      : Array.from({ length: rotaryDim / 2 }, (_, pair) => {
          const axis = pair % axes;
          return pair < axes * sections[axis]! ? axis : 0;
        });
  return rotary({
    name: "mrope",
    title: "MRoPE",
    ...shared,
    pairing,
    positions: { axes },
    turns: axialTurns({ axes, axisOf, frequencies: shared.frequencies }),
  });
}
