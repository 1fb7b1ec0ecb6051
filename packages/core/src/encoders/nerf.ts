import { checkBetween, checkBoolean, checkCount, checkNames, checkOneOf } from "../checks.ts";
import type { DoubleDouble } from "../double-double.ts";
import { type AdditiveEncoder, additive } from "../encoder.ts";
import { frequencies } from "../frequencies.ts";
import type { Ops } from "../ops.ts";
import { times } from "./waves.ts";

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

const NAMES = ["axes", "bands", "minLog2", "maxLog2", "sampling", "pi", "includeInput", "layout"];
const PI: DoubleDouble = [Math.PI, 1.2246467991473532e-16];

/**
 * Fourier features of real coordinates: γ(p) = (p, sin(2⁰p), cos(2⁰p), … sin(2^(L−1)p), cos(2^(L−1)p)) for each
 * coordinate (Mildenhall et al., "NeRF", 2020, §5.1; Barron et al., "Mip-NeRF", 2021). A vector has
 * axes · (2 · bands + 1) entries, without the input axes · 2 · bands. Positions are [length, axes] or
 * [batch, length, axes], float32.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function nerf(options: NerfOptions): AdditiveEncoder<Record<never, never>> {
  checkNames("nerf", options, NAMES);
  const axes = checkCount("nerf", "axes", options.axes, 1, 64);
  const bands = checkCount("nerf", "bands", options.bands, 1, 2 ** 12);
  const { minLog2 = 0, sampling = "logarithmic", pi = false } = options;
  const { includeInput = true, layout = "interleaved" } = options;
  checkBetween("nerf", "minLog2", minLog2, -100, 100);
  const { maxLog2 = minLog2 + bands - 1 } = options;
  checkBetween("nerf", "maxLog2", maxLog2, minLog2, 100);
  checkOneOf("nerf", "sampling", sampling, ["logarithmic", "linear"]);
  checkBoolean("nerf", "pi", pi);
  checkBoolean("nerf", "includeInput", includeInput);
  checkOneOf("nerf", "layout", layout, ["interleaved", "concatenated"]);

  const between = (from: number, to: number) =>
    Array.from({ length: bands }, (_, i) => from + ((to - from) * i) / Math.max(bands - 1, 1));
  const plain = frequencies(
    sampling === "linear"
      ? between(2 ** minLog2, 2 ** maxLog2)
      : between(minLog2, maxLog2).map((exponent) => 2 ** exponent),
  );
  const bandFrequencies = pi ? times(plain, PI) : plain;

  return additive({
    name: "nerf",
    title: "NeRFFeatures",
    options: { axes, bands, minLog2, maxLog2, sampling, pi, includeInput, layout },
    dim: axes * (2 * bands + (includeInput ? 1 : 0)),
    positions: { real: true, axes },
    parameters: {},
    frequencies: bandFrequencies,
    vectors(ops, positions) {
      const { concat, expandDims, flatten, float, sincos, swapAxes } = ops;
      const { sin, cos } = sincos(positions, bandFrequencies); // [..., axes, bands]
      const waves =
        layout === "concatenated"
          ? concat([flattenBands(ops, sin, axes, bands), flattenBands(ops, cos, axes, bands)], -1)
          : flatten(
              flatten(
                concat(
                  [sin, cos].map((x) => expandDims(swapAxes(x, -2, -1), -2)),
                  -2,
                ),
                2 * axes,
              ),
              2 * axes * bands,
            );
      return includeInput ? concat([float(positions), waves], -1) : waves;
    },
  });
}

/** [..., axes, bands] → [..., bands · axes], band by band. */
export function flattenBands<T>({ flatten, swapAxes }: Ops<T>, x: T, axes: number, bands: number): T {
  return flatten(swapAxes(x, -2, -1), axes * bands);
}
