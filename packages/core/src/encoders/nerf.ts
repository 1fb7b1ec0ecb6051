import { checkBetween, checkBoolean, checkCount, checkOptions, choice, limited, orElse } from "../checks.ts";
import { TWO_PI } from "../double-double.ts";
import { type AdditiveEncoder, additive } from "../encoder.ts";
import { frequencies, times } from "../frequencies.ts";
import type { Ops } from "../ops.ts";

export interface NerfOptions {
  /** Coordinates of a position: 3 for a point in space. */
  readonly axes: number;
  /** How many frequencies (L). */
  readonly bands: number;
  /** The lowest frequency is 2^minLog2; 0 unless given. mip-NeRF's min_deg. */
  readonly minLog2?: number;
  /** The highest frequency is 2^maxLog2; minLog2 + bands − 1 unless given, so that they are powers of 2. */
  readonly maxLog2?: number;
  /** Between them the frequencies are evenly spaced in their logarithm (default) or themselves. */
  readonly sampling?: "logarithmic" | "linear";
  /** Frequencies are multiplied by π, as in the paper's formula; its code does not, and neither is done unless asked for. */
  readonly pi?: boolean;
  /** The coordinates themselves come first; true unless given. */
  readonly includeInput?: boolean;
  /**
   * "interleaved" (default): for each frequency the sines of all axes, then their cosines (NeRF's code).
   * "concatenated": all sines, frequency by frequency, then all cosines (mip-NeRF).
   */
  readonly layout?: "interleaved" | "concatenated";
}

/**
 * Fourier features of real coordinates: γ(p) = (p, sin(2⁰p), cos(2⁰p), … sin(2^(L−1)p), cos(2^(L−1)p)) for each
 * coordinate (Mildenhall et al., "NeRF", 2020, §5.1; Barron et al., "Mip-NeRF", 2021). A vector has
 * axes · (2 · bands + 1) entries, without the input axes · 2 · bands. Positions are [length, axes] or
 * [batch, length, axes], float32.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function nerf(given: NerfOptions): AdditiveEncoder<Record<never, never>> {
  const options = checkOptions("nerf", given, {
    axes: limited(checkCount, 1, 64),
    bands: limited(checkCount, 1, 2 ** 12),
    minLog2: orElse(0, limited(checkBetween, -100, 100)),
    maxLog2(who, what, value) {
      const { minLog2 = 0, bands } = given;
      const highest = value === undefined ? minLog2 + bands - 1 : value;
      return checkBetween(who, what, highest, minLog2, 100);
    },
    sampling: choice("logarithmic", "linear"),
    pi: orElse(false, checkBoolean),
    includeInput: orElse(true, checkBoolean),
    layout: choice("interleaved", "concatenated"),
  });
  const { axes, bands, minLog2, maxLog2, sampling, pi, includeInput, layout } = options;

  const between = (from: number, to: number) =>
    Array.from({ length: bands }, (_, i) => from + ((to - from) * i) / Math.max(bands - 1, 1));
  const plain = frequencies(
    sampling === "linear"
      ? between(2 ** minLog2, 2 ** maxLog2)
      : between(minLog2, maxLog2).map((exponent) => 2 ** exponent),
  );
  const bandFrequencies = pi ? times(times(plain, TWO_PI), 0.5) : plain;

  return additive({
    name: "nerf",
    title: "NeRFFeatures",
    options,
    dim: axes * (2 * bands + (includeInput ? 1 : 0)),
    positions: { real: true, axes },
    parameters: {},
    frequencies: bandFrequencies,
    vectors({ concat, flatten, float, sincos, swapAxes }, positions) {
      const { sin, cos } = sincos(positions, bandFrequencies); // [..., axes, bands]
      const parts = [sin, cos].map((part) => swapAxes(part, -2, -1));
      const size = axes * bands;
      const waves =
        layout === "concatenated"
          ? concat(
              parts.map((part) => flatten(part, size)),
              -1,
            )
          : flatten(concat(parts, -1), 2 * size);
      return includeInput ? concat([float(positions), waves], -1) : waves;
    },
  });
}

/** [..., axes, bands] → [..., bands · axes], band by band. */
export function flattenBands<T>({ flatten, swapAxes }: Ops<T>, x: T, axes: number, bands: number): T {
  return flatten(swapAxes(x, -2, -1), axes * bands);
}
