import { checkBase, checkFactor, checkNames, checkOffset, checkOneOf, checkSize } from "../checks.ts";
import { type AdditiveEncoder, additive } from "../encoder.ts";
import { type Frequencies, geometric } from "../frequencies.ts";
import { shifted } from "../range.ts";

export interface SinusoidalOptions {
  /** Length of a vector (d). Even, unless `oddDim` says what to do. */
  readonly dim: number;
  /** The longest wavelength is 2π · base; 10000 unless given. */
  readonly base?: number;
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
  /** Every value is multiplied by this; 1 unless given. */
  readonly scale?: number;
  /** Added to every position; 0 unless given. */
  readonly offset?: number;
  /** "index": whole numbers from 0 (default). "real": fractions and negative numbers too. */
  readonly positions?: "index" | "real";
}

const NAMES = ["dim", "base", "layout", "first", "exponent", "oddDim", "scale", "offset", "positions"];

/**
 * Sines and cosines of the position at wavelengths from 2π to 2π · base: PE(p, 2i) = sin(p / base^(2i/d)),
 * PE(p, 2i + 1) = cos(p / base^(2i/d)) (Vaswani et al., "Attention Is All You Need", 2017, §3.5), and the
 * variants that go by the same name.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function sinusoidal(options: SinusoidalOptions): AdditiveEncoder<Record<never, never>> {
  checkNames("sinusoidal", options, NAMES);
  const dim = checkSize("sinusoidal", "dim", options.dim);
  const { base = 10_000, layout = "interleaved", first = "sin", exponent = "paper" } = options;
  const { oddDim = "error", scale = 1, offset = 0, positions: domain = "index" } = options;
  checkBase("sinusoidal", base);
  checkOneOf("sinusoidal", "layout", layout, ["interleaved", "concatenated"]);
  checkOneOf("sinusoidal", "first", first, ["sin", "cos"]);
  checkOneOf("sinusoidal", "exponent", exponent, ["paper", "tensor2tensor", "per-dimension"]);
  checkOneOf("sinusoidal", "oddDim", oddDim, ["error", "sine", "zero"]);
  checkFactor("sinusoidal", "scale", scale);
  checkOneOf("sinusoidal", "positions", domain, ["index", "real"]);
  const real = domain === "real";
  checkOffset("sinusoidal", offset, real);
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
  const wave = { base, dim, pairs };
  const [one, other] = exponent === "per-dimension" ? perDimension(wave) : samePair(wave, exponent);

  return additive({
    name: "sinusoidal",
    options: { dim, base, layout, first, exponent, oddDim, scale, offset, positions: domain },
    dim,
    positions: { real },
    parameters: {},
    vectors(ops, positions) {
      const { concat, expandDims, flatten, mul, sincos, split } = ops;
      const at = shifted(ops, positions, offset);
      const waves = sincos(at, one);
      const partner = other === one ? waves : sincos(at, other);
      const [a, b] = first === "sin" ? [waves.sin, partner.cos] : [waves.cos, partner.sin];
      const joined =
        layout === "concatenated"
          ? concat([a, b], -1)
          : flatten(concat([expandDims(a, -1), expandDims(b, -1)], -1), 2 * pairs);
      const even = scale === 1 ? joined : mul(joined, scale);
      if (padded) return concat([even, mul(split(even, [1, dim - 2], -1)[0]!, 0)], -1);
      return odd ? split(even, [dim, 1], -1)[0]! : even;
    },
  });
}

interface Wave {
  readonly base: number;
  readonly dim: number;
  readonly pairs: number;
}

/** One frequency for both members of a pair. */
function samePair(
  { base, dim, pairs }: Wave,
  exponent: "paper" | "tensor2tensor",
): [Frequencies, Frequencies] {
  const powers =
    exponent === "paper"
      ? { numerator: 2, denominator: dim }
      : { numerator: 1, denominator: Math.max(pairs - 1, 1) };
  const frequencies = geometric({ base, count: pairs, ...powers });
  return [frequencies, frequencies];
}

/** Frequencies of the even dimensions and of the odd ones. */
function perDimension({ base, dim, pairs }: Wave): [Frequencies, Frequencies] {
  const every = { base, count: pairs, numerator: 2, denominator: dim };
  return [geometric(every), geometric({ ...every, start: 1 })];
}
