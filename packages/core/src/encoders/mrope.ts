import { axialTurns } from "../axial-turns.ts";
import {
  type CheckArguments,
  checkCount,
  checkList,
  checkOptions,
  choice,
  limited,
  show,
} from "../checks.ts";
import { type RotaryEncoder, rotary } from "../encoder.ts";
import type { Pairing } from "../ops.ts";
import { type RopeFrequencyOptions, ropeChecks, scaledRope } from "../rope-frequencies.ts";

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
  const checks = ropeChecks(given, {
    sections: (...all: CheckArguments) =>
      checkList(...all, "an array of numbers of pairs", limited(checkCount, 0, 2 ** 20)),
    layout: choice("sectioned", "interleaved"),
    pairing: choice("halves", "interleaved"),
  });
  const options = checkOptions("mrope", given, checks);
  const { sections, layout, pairing, rotaryDim } = options;
  const pairs = rotaryDim / 2;
  if (sections.reduce((a, b) => a + b, 0) !== pairs) {
    throw new RangeError(`mrope: sections must add up to rotaryDim / 2 = ${pairs}, got ${show(sections)}`);
  }
  const axes = sections.length;
  const shared = scaledRope(options);
  const axisOf =
    layout === "sectioned"
      ? sections.flatMap((section, axis) => new Array<number>(section).fill(axis))
      : Array.from({ length: pairs }, (_, pair) => {
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
