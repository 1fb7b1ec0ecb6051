import { axialTurns } from "../axial-turns.ts";
import {
  checkBase,
  checkBetween,
  checkEven,
  checkFactor,
  checkNames,
  checkNumbers,
  checkOneOf,
  checkPositive,
  checkSize,
  show,
} from "../checks.ts";
import { type DoubleDouble, multiply } from "../double-double.ts";
import { type RotaryEncoder, rotary } from "../encoder.ts";
import { type Frequencies, geometric, joinFrequencies, frequencies as plain } from "../frequencies.ts";

const SERIES = ["per-axis", "dealt", "linear", "octaves"] as const;

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
  readonly frequencies?: (typeof SERIES)[number] | readonly number[];
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

const NAMES = [
  "dim",
  "rotaryDim",
  "axes",
  "frequencies",
  "base",
  "maxFrequency",
  "scale",
  "pairing",
  "positions",
];

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
export function axialRope(options: AxialRopeOptions): RotaryEncoder<Record<never, never>> {
  const who = "axialRope";
  checkNames(who, options, NAMES);
  const dim = checkSize(who, "dim", options.dim);
  const { rotaryDim = dim, axes = 2, pairing = "halves", positions: domain = "index", scale = 1 } = options;
  checkEven(who, "rotaryDim", rotaryDim);
  if (rotaryDim > dim) throw new RangeError(`${who}: rotaryDim must be at most dim ${dim}, got ${rotaryDim}`);
  checkSize(who, "axes", axes);
  if (rotaryDim % (2 * axes) !== 0) {
    throw new RangeError(`${who}: rotaryDim must be a multiple of 2 · axes = ${2 * axes}, got ${rotaryDim}`);
  }
  checkOneOf(who, "pairing", pairing, ["halves", "interleaved", "halves-per-axis"]);
  const blocks = pairing === "halves-per-axis" ? axes : 1;
  if (blocks > 1 && rotaryDim !== dim) {
    throw new RangeError(
      `${who}: rotaryDim must be dim ${dim} where pairing is "halves-per-axis", got ${rotaryDim}`,
    );
  }
  checkOneOf(who, "positions", domain, ["index", "real"]);
  const scales = Array.isArray(scale)
    ? checkNumbers(who, "scale", scale, axes)
    : new Array<number>(axes).fill(checkFactor(who, "scale", scale));
  const pairs = rotaryDim / (2 * axes);
  const { seriesOf, ...chosen } = checkSeries(who, options, pairs, axes);
  const waves = joinFrequencies(scales.map((scale, axis) => scaled(seriesOf(axis), scale)));

  return rotary({
    name: who,
    title: "AxialRoPE",
    options: {
      dim,
      rotaryDim,
      axes,
      ...chosen,
      scale: Array.isArray(scale) ? [...scale] : scale,
      pairing,
      positions: domain,
    },
    dim,
    rotaryDim,
    pairing: pairing === "interleaved" ? "interleaved" : "halves",
    ...(blocks > 1 && { blocks }),
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

type Chosen = Pick<AxialRopeOptions, "frequencies" | "base" | "maxFrequency">;

/** The series of each axis, and the options that made it. */
function checkSeries(
  who: string,
  { frequencies = "per-axis", base, maxFrequency }: AxialRopeOptions,
  pairs: number,
  axes: number,
): Chosen & { readonly seriesOf: (axis: number) => Frequencies } {
  const unused = (what: "base" | "maxFrequency", value: unknown) => {
    if (value !== undefined) {
      throw new TypeError(
        `${who}: ${what} must be left out where frequencies is ${show(frequencies)}, got ${show(value)}`,
      );
    }
  };
  if (Array.isArray(frequencies)) {
    const values = checkNumbers(who, "frequencies", frequencies, pairs);
    unused("base", base);
    unused("maxFrequency", maxFrequency);
    return { frequencies: [...values], seriesOf: () => plain(values) };
  }
  const kind = checkOneOf(who, "frequencies", frequencies, SERIES);
  if (kind === "per-axis" || kind === "dealt") {
    unused("maxFrequency", maxFrequency);
    const known = checkBase(who, base ?? 10_000);
    const wave = { base: known, count: pairs };
    return {
      frequencies: kind,
      base: known,
      seriesOf: (axis) =>
        kind === "per-axis"
          ? geometric({ ...wave, numerator: 1, denominator: pairs })
          : geometric({ ...wave, start: axis, numerator: axes, denominator: pairs * axes }),
    };
  }
  unused("base", base);
  checkPositive(who, "maxFrequency", maxFrequency);
  const most = checkBetween(who, "maxFrequency", maxFrequency, 0, 1e30);
  const part = (i: number) => (pairs === 1 ? 0 : i / (pairs - 1));
  const valueAt =
    kind === "linear"
      ? (i: number) => 1 + part(i) * (most / 2 - 1)
      : (i: number) => 2 ** (part(i) * (Math.log2(most) - 1));
  const series = plain(Array.from({ length: pairs }, (_, i) => Math.PI * valueAt(i)));
  return { frequencies: kind, maxFrequency: most, seriesOf: () => series };
}

function scaled({ high, low }: Frequencies, factor: number): Frequencies {
  const products = Array.from(high, (value, i): DoubleDouble => multiply([value, low[i]!], [factor, 0]));
  return {
    high: Float64Array.from(products, ([high]) => high),
    low: Float64Array.from(products, ([, low]) => low),
  };
}
