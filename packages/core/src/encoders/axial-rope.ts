import { axialTurns } from "../axial-turns.ts";
import {
  type Check,
  checkAbsent,
  checkBase,
  checkFactor,
  checkNumbers,
  checkOneOf,
  checkOptions,
  checkPositive,
  checkSize,
  choice,
  demand,
  limited,
  orElse,
  show,
} from "../checks.ts";
import { type RotaryEncoder, rotary } from "../encoder.ts";
import { type Frequencies, frequencies, geometric, joinFrequencies, times } from "../frequencies.ts";
import { checkDomain } from "../range.ts";
import { rotaryDimOf } from "../rope-frequencies.ts";

export interface AxialRopeOptions {
  /** Length of a head. */
  readonly dim: number;
  /** How many leading dimensions are rotated; all unless given. A multiple of 2 · `axes`. */
  readonly rotaryDim?: number;
  /** How many coordinates a position has; 2 unless given. The first pairs are turned by the first one, and so on. */
  readonly axes?: number;
  /**
   * The frequencies of the n = rotaryDim / (2 · axes) pairs of an axis:
   * - "per-axis" (default): base^(−j/n) for each axis (Qwen2-VL, Llama 4, Gemma 4, DINOv3, RoPE-ViT, timm, lucidrains);
   * - "dealt": one series base^(−i/(n · axes)), dealt out to the axes in turn (Pixtral, Mistral);
   * - "linear": π · n numbers from 1 to maxFrequency / 2 at equal distances (lucidrains "pixel");
   * - "octaves": π · n powers of two from 1 to maxFrequency / 2 (timm "pixel");
   * - n numbers, in radians per unit, for each axis.
   */
  readonly frequencies?: "per-axis" | "dealt" | "linear" | "octaves" | readonly number[];
  /** For "per-axis" and "dealt"; 10000 unless given. 100 in DINOv3, Gemma 4 and RoPE-ViT. */
  readonly base?: number;
  /** For "linear" and "octaves", which need it (`max_freq`, `max_res`). */
  readonly maxFrequency?: number;
  /** Coordinates are multiplied by this, or by these, one for each axis; 1 unless given. */
  readonly scale?: number | readonly number[];
  /**
   * Which dimensions make a pair: "halves" (default) and "interleaved" over the whole head, or "halves-per-axis":
   * the dimensions of each axis are a block, and halves of a block make pairs (Gemma 4).
   */
  readonly pairing?: "halves" | "interleaved" | "halves-per-axis";
  /** "index": whole numbers from 0 (default). "real": fractions and negative numbers too. */
  readonly positions?: "index" | "real";
}

/**
 * Rotary position embedding for images and other grids: each coordinate of a position turns pairs of its own
 * (Heo et al., "Rotary Position Embedding for Vision Transformer", 2024, §3.2; Fang et al., "EVA-02", 2023).
 *
 * Positions are [length, axes] or [batch, length, axes]; `patchPositions` makes them. A token at 0 is not turned, so
 * class tokens and registers are given zeros. For coordinates normalised to [−1, 1] take centred whole ones,
 * 2i + 1 − n, and `scale` 1/n (patch centres) or 1/(n − 1) (first and last patch at the ends): that is exact, where
 * a normalised float32 coordinate is not. DINOv3 has 2π times the first.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function axialRope(given: AxialRopeOptions): RotaryEncoder<Record<never, never>> {
  const options = checkOptions("axialRope", given, {
    dim: checkSize,
    axes: orElse(2, checkSize),
    rotaryDim: (who, what, value) => {
      const rotaryDim = rotaryDimOf(given)(who, what, value);
      const unit = 2 * axesOf(given);
      demand(rotaryDim % unit === 0, who, what, rotaryDim, `a multiple of 2 · axes = ${unit}`);
      return rotaryDim;
    },
    ...seriesChecks(given),
    scale: (who, what, value = 1): number | readonly number[] =>
      Array.isArray(value) ? checkNumbers(who, what, value, axesOf(given)) : checkFactor(who, what, value),
    pairing: choice("halves", "interleaved", "halves-per-axis"),
    positions: checkDomain,
  });
  const { dim, rotaryDim, axes, scale, pairing, positions: domain } = options;
  const blocks = pairing === "halves-per-axis" ? axes : 1;
  const whole = blocks === 1 || rotaryDim === dim;
  demand(whole, "axialRope", "rotaryDim", rotaryDim, `dim ${dim} where pairing is "halves-per-axis"`);
  const pairs = rotaryDim / (2 * axes);
  const waves = joinFrequencies(
    Array.from({ length: axes }, (_, axis) => {
      const factor = typeof scale === "number" ? scale : scale[axis]!;
      return times(series(options, pairs, axis), factor);
    }),
  );

  return rotary({
    name: "axialRope",
    title: "AxialRoPE",
    options,
    dim,
    rotaryDim,
    pairing: pairing === "interleaved" ? "interleaved" : "halves",
    blocks,
    positions: { axes, real: domain === "real" },
    parameters: {},
    frequencies: waves,
    turns: axialTurns({
      axes,
      axisOf: Array.from({ length: pairs * axes }, (_, pair) => Math.floor(pair / pairs)),
      frequencies: waves,
    }),
  });
}

const axesOf = ({ axes = 2 }: AxialRopeOptions): number => axes;

/** A series has a base or a highest frequency, or it is given. */
function seriesChecks(given: AxialRopeOptions) {
  const where =
    (series: readonly unknown[], check: Check<number>): Check<number | undefined> =>
    (who, what, value) => {
      const { frequencies = "per-axis" } = given;
      if (series.includes(frequencies)) return check(who, what, value);
      return checkAbsent(who, what, value, `frequencies is ${show(frequencies)}`);
    };
  return {
    frequencies: (who: string, what: string, value: unknown = "per-axis") => {
      if (!Array.isArray(value))
        return checkOneOf(who, what, value, ["per-axis", "dealt", "linear", "octaves"]);
      const { dim, rotaryDim = dim } = given;
      return checkNumbers(who, what, value, rotaryDim / (2 * axesOf(given)));
    },
    base: where(["per-axis", "dealt"], orElse(10_000, checkBase)),
    maxFrequency: where(["linear", "octaves"], limited(checkPositive, 0, 1e30)),
  };
}

/** The frequencies of the pairs of an axis. */
function series(
  { frequencies: kind, base = 1, maxFrequency = 1, axes = 2 }: AxialRopeOptions,
  pairs: number,
  axis: number,
): Frequencies {
  if (typeof kind === "object") return frequencies(kind);
  if (kind === "per-axis") return geometric({ base, count: pairs });
  if (kind === "dealt") {
    return geometric({ base, count: pairs, start: axis, numerator: axes, denominator: pairs * axes });
  }
  return frequencies(
    Array.from({ length: pairs }, (_, i) => {
      const part = pairs === 1 ? 0 : i / (pairs - 1);
      const linear = kind === "linear";
      return (
        Math.PI * (linear ? 1 + part * (maxFrequency / 2 - 1) : 2 ** (part * (Math.log2(maxFrequency) - 1)))
      );
    }),
  );
}
