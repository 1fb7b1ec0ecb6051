import {
  checkBase,
  checkBetween,
  checkCount,
  checkFactor,
  checkNames,
  checkObject,
  checkOffset,
  checkOneOf,
  checkSize,
} from "../checks.ts";
import { type AdditiveEncoder, additive } from "../encoder.ts";
import { type Frequencies, joinFrequencies } from "../frequencies.ts";
import type { Parameter, Parameters } from "../parameters.ts";
import { shifted } from "../range.ts";
import { waves } from "./waves.ts";

export interface SinusoidalOptions {
  /** Length of a vector (d). Even, unless `oddDim` says what to do. */
  readonly dim: number;
  /** The longest wavelength is 2π · base; 10000 unless given. tensor2tensor's max_timescale. */
  readonly base?: number;
  /**
   * tensor2tensor's min_timescale m; 1 unless given. The frequencies are m · (base / m)^(−e): it multiplies, as it
   * does there, so that the shortest wavelength is 2π / m, whatever the name says.
   */
  readonly minTimescale?: number;
  /** "interleaved": sin, cos, sin, cos … (the paper, default). "concatenated": all sines, then all cosines (Marian, tensor2tensor). */
  readonly layout?: "interleaved" | "concatenated";
  /** Which of the two comes first; "sin" unless given. */
  readonly first?: "sin" | "cos";
  /**
   * "paper" (default): pair i has frequency base^(−2i/d).
   * "tensor2tensor": base^(−i/(d/2 − 1)); also fairseq and Whisper.
   * "per-dimension": dimension j has base^(−j/d), so that a cosine's frequency is not that of the sine beside
   * it. Common in tutorials, and not the paper's: the length of a vector then varies with the position, and the
   * product of two vectors depends on where they are, not on their distance alone.
   */
  readonly exponent?: "paper" | "tensor2tensor" | "per-dimension";
  /** For an odd `dim`. "error" (default), "sine": one sine more (Keras, Marian), "zero": a last column of zeros (tensor2tensor, fairseq). */
  readonly oddDim?: "error" | "sine" | "zero";
  /**
   * Every value is multiplied by this; 1 unless given. "learned": by one trained number, d^(−1/2) at first
   * (x-transformers' ScaledSinusoidalEmbedding); `{ learned: 1 }` where it starts elsewhere.
   */
  readonly scale?: number | "learned" | { readonly learned: number };
  /** Added to every position; 0 unless given. */
  readonly offset?: number;
  /** The position, after the offset, of padding tokens: its vector is zero (fairseq). None unless given. */
  readonly paddingIndex?: number;
  /** "index": whole numbers from 0 (default). "real": fractions and negative numbers too. */
  readonly positions?: "index" | "real";
}

const NAMES = [
  ...["dim", "base", "layout", "first", "exponent", "oddDim", "scale", "offset", "positions"],
  ...["minTimescale", "paddingIndex"],
];

/**
 * Sines and cosines of the position at wavelengths from 2π to 2π · base: PE(p, 2i) = sin(p / base^(2i/d)),
 * PE(p, 2i + 1) = cos(p / base^(2i/d)) (Vaswani et al., "Attention Is All You Need", 2017, §3.5), and the
 * variants that go by the same name.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function sinusoidal(
  options: SinusoidalOptions & { readonly scale?: number },
): AdditiveEncoder<Record<never, never>>;
export function sinusoidal(
  options: SinusoidalOptions & { readonly scale: "learned" | { readonly learned: number } },
): AdditiveEncoder<{ readonly scale: Parameter }>;
export function sinusoidal(options: SinusoidalOptions): AdditiveEncoder;
export function sinusoidal(options: SinusoidalOptions): AdditiveEncoder {
  checkNames("sinusoidal", options, NAMES);
  const dim = checkSize("sinusoidal", "dim", options.dim);
  const { base = 10_000, layout = "interleaved", first = "sin", exponent = "paper" } = options;
  const { oddDim = "error", offset = 0, positions: domain = "index" } = options;
  const { minTimescale = 1, paddingIndex, scale = 1 } = options;
  checkBase("sinusoidal", base);
  checkBetween("sinusoidal", "minTimescale", minTimescale, 1e-30, 1e30);
  checkOneOf("sinusoidal", "layout", layout, ["interleaved", "concatenated"]);
  checkOneOf("sinusoidal", "first", first, ["sin", "cos"]);
  checkOneOf("sinusoidal", "exponent", exponent, ["paper", "tensor2tensor", "per-dimension"]);
  checkOneOf("sinusoidal", "oddDim", oddDim, ["error", "sine", "zero"]);
  const learned = learnedScale(scale, dim);
  checkOneOf("sinusoidal", "positions", domain, ["index", "real"]);
  const real = domain === "real";
  checkOffset("sinusoidal", offset, real);
  checkPadding(paddingIndex, real);
  const odd = dim % 2 === 1;
  if (odd && oddDim === "error") {
    throw new RangeError(
      `sinusoidal: dim must be even, got ${dim} (for an odd dim choose oddDim "sine" or "zero")`,
    );
  }

  const padded = odd && oddDim === "zero";
  if (padded && dim === 1) {
    throw new RangeError('sinusoidal: dim must be at least 2 where oddDim is "zero", got 1');
  }
  const pairs = padded ? (dim - 1) / 2 : Math.ceil(dim / 2);
  const [one, other] = pairFrequencies({ base, minTimescale, dim, pairs, exponent });
  const parameters: Parameters =
    learned === undefined ? {} : { scale: { shape: [1], init: { values: [learned] } } };
  const extras = {
    ...(minTimescale !== 1 && { minTimescale }),
    ...(paddingIndex !== undefined && { paddingIndex }),
  };

  return additive({
    name: "sinusoidal",
    title: "Sinusoidal",
    options: { dim, base, layout, first, exponent, oddDim, scale, offset, positions: domain, ...extras },
    dim,
    positions: { real },
    parameters,
    frequencies: other === one ? one : joinFrequencies([one, other]),
    vectors(ops, positions, values) {
      const { abs, concat, expandDims, flatten, float, minimum, mul, sincos, split, sub } = ops;
      const at = shifted(ops, positions, offset);
      const waves = sincos(at, one);
      const partner = other === one ? waves : sincos(at, other);
      const [a, b] = first === "sin" ? [waves.sin, partner.cos] : [waves.cos, partner.sin];
      const joined =
        layout === "concatenated"
          ? concat([a, b], -1)
          : flatten(concat([expandDims(a, -1), expandDims(b, -1)], -1), 2 * pairs);
      const factor = learned === undefined ? (scale as number) : values.scale!;
      const scaled = factor === 1 ? joined : mul(joined, factor);
      const even = paddingIndex === undefined ? scaled : mul(scaled, kept(paddingIndex));
      if (padded) return concat([even, mul(split(even, [1, dim - 2], -1)[0]!, 0)], -1);
      return odd ? split(even, [dim, 1], -1)[0]! : even;

      /** 0 at the padding position and 1 elsewhere. */
      function kept(index: number) {
        return expandDims(float(minimum(abs(sub(at, index)), 1)), -1);
      }
    },
  });
}

/** Where the trained factor starts; undefined where there is none. */
function learnedScale(scale: SinusoidalOptions["scale"], dim: number): number | undefined {
  if (scale === "learned") return dim ** -0.5;
  if (typeof scale === "string") checkOneOf("sinusoidal", "scale", scale, ["learned"]);
  if (typeof scale !== "object" || scale === null) {
    checkFactor("sinusoidal", "scale", scale);
    return undefined;
  }
  checkNames("sinusoidal: scale", checkObject("sinusoidal", "scale", scale), ["learned"]);
  return checkFactor("sinusoidal", "scale.learned", scale.learned);
}

function checkPadding(paddingIndex: unknown, real: boolean): void {
  if (paddingIndex === undefined) return;
  checkCount("sinusoidal", "paddingIndex", paddingIndex, 0, 2 ** 30);
  if (!real) return;
  throw new RangeError(
    `sinusoidal: paddingIndex must be left out where positions is "real", got ${paddingIndex}`,
  );
}

interface Wave {
  readonly base: number;
  readonly minTimescale: number;
  readonly dim: number;
  readonly pairs: number;
  readonly exponent: "paper" | "tensor2tensor" | "per-dimension";
}

/** Frequencies of the first members of the pairs and of the second ones. */
function pairFrequencies({ base, minTimescale, dim, pairs, exponent }: Wave): [Frequencies, Frequencies] {
  const series = { base, minTimescale, count: pairs };
  if (exponent === "per-dimension") {
    const every = { ...series, numerator: 2, denominator: dim };
    return [waves(every), waves({ ...every, start: 1 })];
  }
  const powers =
    exponent === "paper"
      ? { numerator: 2, denominator: dim }
      : { numerator: 1, denominator: Math.max(pairs - 1, 1) };
  const frequencies = waves({ ...series, ...powers });
  return [frequencies, frequencies];
}
