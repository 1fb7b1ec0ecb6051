import { checkCount, checkNames } from "./checks.ts";
import { flattenBands } from "./encoders/nerf.ts";
import { frequencies } from "./frequencies.ts";
import type { Ops } from "./ops.ts";

export interface IntegratedPositionsOptions {
  /** Coordinates of a position. */
  readonly axes: number;
  /** The lowest frequency is 2^minDegree; 0 unless given. */
  readonly minDegree?: number;
  /** Frequencies are below 2^maxDegree: the highest is 2^(maxDegree − 1). */
  readonly maxDegree: number;
}

/**
 * The expected Fourier features of a position that is uncertain, as a Gaussian: E[sin(2^i x)] =
 * exp(−½ · 4^i · variance) · sin(2^i · mean), and the same with cos (Barron et al., "Mip-NeRF", 2021, eqs. 11–14).
 * Frequencies that the uncertainty blurs fade out. Two inputs, so no encoder: a function in Ops. Of a full covariance
 * matrix only the diagonal matters.
 *
 * @param mean float32 [..., axes]
 * @param variance float32 [..., axes], of each coordinate
 * @returns [..., 2 · axes · (maxDegree − minDegree)]: all sines, frequency by frequency, then all cosines
 * @throws TypeError, RangeError for a bad option
 */
export function integratedPositions<T>(
  ops: Ops<T>,
  mean: T,
  variance: T,
  options: IntegratedPositionsOptions,
): T {
  const who = "integratedPositions";
  checkNames(who, options, ["axes", "minDegree", "maxDegree"]);
  const { axes, minDegree = 0, maxDegree } = options;
  checkCount(who, "axes", axes, 1, 64);
  checkCount(who, "minDegree", minDegree, -30, 30);
  checkCount(who, "maxDegree", maxDegree, minDegree + 1, 31);

  const { concat, constant, exp, expandDims, mul, sincos } = ops;
  const scales = Array.from({ length: maxDegree - minDegree }, (_, i) => 2 ** (minDegree + i));
  const halves = constant(
    Float32Array.from(scales, (scale) => -(scale ** 2) / 2),
    [scales.length],
  );
  const fading = exp(mul(expandDims(variance, -1), halves)); // [..., axes, bands]
  const { sin, cos } = sincos(mean, frequencies(scales));
  return concat(
    [sin, cos].map((wave) => flattenBands(ops, mul(wave, fading), axes, scales.length)),
    -1,
  );
}
