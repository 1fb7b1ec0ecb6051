import {
  checkAbsent,
  checkBase,
  checkBetween,
  checkCount,
  checkFactor,
  checkObject,
  checkOneOf,
  checkOptions,
  checkSize,
  choice,
  demand,
  limited,
  optional,
  orElse,
} from "../checks.ts";
import { type AdditiveEncoder, additive } from "../encoder.ts";
import { joinFrequencies } from "../frequencies.ts";
import type { Parameter } from "../parameters.ts";
import { type PlaceOptions, placeChecks, shifted } from "../range.ts";
import { interleaved, waves } from "./waves.ts";

export interface SinusoidalOptions extends PlaceOptions {
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
  /** The position, after the offset, of padding tokens: its vector is zero (fairseq). None unless given. */
  readonly paddingIndex?: number;
}

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
export function sinusoidal(given: SinusoidalOptions): AdditiveEncoder {
  const options = checkOptions("sinusoidal", given, {
    dim: checkSize,
    base: orElse(10_000, checkBase),
    layout: choice("interleaved", "concatenated"),
    first: choice("sin", "cos"),
    exponent: choice("paper", "tensor2tensor", "per-dimension"),
    oddDim: choice("error", "sine", "zero"),
    scale: checkScale,
    ...placeChecks(given),
    minTimescale: optional(limited(checkBetween, 1e-30, 1e30)),
    paddingIndex: optional((who, what, value) => {
      const index = checkCount(who, what, value, 0, 2 ** 30);
      return given.positions === "real"
        ? checkAbsent(who, what, index, 'positions is "real"', RangeError)
        : index;
    }),
  });
  const { dim, layout, first, exponent, oddDim, scale, offset, positions: domain, paddingIndex } = options;
  const odd = dim % 2 === 1;
  if (odd && oddDim === "error") {
    throw new RangeError(
      `sinusoidal: dim must be even, got ${dim} (for an odd dim choose oddDim "sine" or "zero")`,
    );
  }
  const padded = odd && oddDim === "zero";
  demand(!padded || dim > 1, "sinusoidal", "dim", dim, 'at least 2 where oddDim is "zero"');

  const pairs = padded ? (dim - 1) / 2 : Math.ceil(dim / 2);
  const series = {
    ...options,
    count: pairs,
    ...(exponent === "tensor2tensor"
      ? { numerator: 1, denominator: Math.max(pairs - 1, 1) }
      : { numerator: 2, denominator: dim }),
  };
  const one = waves(series);
  const other = exponent === "per-dimension" ? waves({ ...series, start: 1 }) : one;
  const factor = scale === "learned" ? { learned: dim ** -0.5 } : scale;

  return additive({
    name: "sinusoidal",
    title: "Sinusoidal",
    options,
    dim,
    positions: { real: domain === "real" },
    parameters:
      typeof factor === "object" ? { scale: { shape: [1], init: { values: [factor.learned] } } } : {},
    frequencies: other === one ? one : joinFrequencies([one, other]),
    vectors(ops, positions, values) {
      const { abs, concat, expandDims, float, minimum, mul, sincos, split, sub } = ops;
      const at = shifted(ops, positions, offset);
      const own = sincos(at, one);
      const partner = other === one ? own : sincos(at, other);
      const [a, b] = first === "sin" ? [own.sin, partner.cos] : [own.cos, partner.sin];
      const joined = layout === "concatenated" ? concat([a, b], -1) : interleaved(ops, a, b, 2 * pairs);
      const scaled = factor === 1 ? joined : mul(joined, typeof factor === "number" ? factor : values.scale!);
      const even =
        paddingIndex === undefined
          ? scaled
          : mul(scaled, expandDims(float(minimum(abs(sub(at, paddingIndex)), 1)), -1)); // 0 there and 1 elsewhere
      if (padded) return concat([even, mul(split(even, [1, dim - 2], -1)[0]!, 0)], -1);
      return odd ? split(even, [dim, 1], -1)[0]! : even;
    },
  });
}

function checkScale(who: string, what: string, value: unknown = 1): NonNullable<SinusoidalOptions["scale"]> {
  if (typeof value === "string") return checkOneOf(who, what, value, ["learned"]);
  if (typeof value !== "object" || value === null) return checkFactor(who, what, value);
  return checkOptions(who, checkObject(who, what, value), { learned: checkFactor }, what);
}
