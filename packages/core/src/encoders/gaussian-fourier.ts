import {
  checkCount,
  checkFactor,
  checkNames,
  checkNumbers,
  checkPositive,
  checkSize,
  show,
} from "../checks.ts";
import type { DoubleDouble } from "../double-double.ts";
import { type AdditiveEncoder, additive } from "../encoder.ts";
import { frequencies } from "../frequencies.ts";
import { random } from "../random.ts";
import { times } from "./waves.ts";

export interface GaussianFourierOptions {
  /** Coordinates of a position. */
  readonly axes: number;
  /** Rows of the random matrix (m); a vector has twice as many entries. Left out where `matrix` is given. */
  readonly features?: number;
  /** Standard deviation of its entries, in turns per unit; 1 unless given. */
  readonly scale?: number;
  /** Of its entries; 0 unless given. */
  readonly seed?: number;
  /** The matrix itself, m rows of `axes` numbers. */
  readonly matrix?: readonly (readonly number[])[];
}

const TURN: DoubleDouble = [2 * Math.PI, 2.4492935982947064e-16];

/**
 * Random Fourier features of real coordinates: (sin(2πBp), cos(2πBp)) with a fixed matrix B of normal numbers
 * (Tancik et al., "Fourier Features Let Networks Learn High Frequency Functions in Low Dimensional Domains", 2020,
 * §6). Positions are [length, axes] or [batch, length, axes], float32.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function gaussianFourier(options: GaussianFourierOptions): AdditiveEncoder<Record<never, never>> {
  checkNames("gaussianFourier", options, ["axes", "features", "scale", "seed", "matrix"]);
  const axes = checkCount("gaussianFourier", "axes", options.axes, 1, 64);
  const { matrix, settings } = options.matrix ? given(options, axes) : drawn(options, axes);
  const columns = Array.from({ length: axes }, (_, axis) =>
    times(frequencies(matrix.map((row) => row[axis]!)), TURN),
  );

  return additive({
    name: "gaussianFourier",
    title: "GaussianFourier",
    options: { axes, ...settings },
    dim: 2 * matrix.length,
    positions: { real: true, axes },
    parameters: {},
    frequencies: columns[0]!,
    vectors({ add, concat, mul, sincos, split, squeeze, sub }, positions) {
      const coordinates = split(positions, new Array(axes).fill(1), -1);
      const turns = columns.map((column, axis) => sincos(squeeze(coordinates[axis]!, -1), column));
      // the sines of sums of angles, each of which is exact
      const { sin, cos } = turns.reduce((a, b) => ({
        sin: add(mul(a.sin, b.cos), mul(a.cos, b.sin)),
        cos: sub(mul(a.cos, b.cos), mul(a.sin, b.sin)),
      }));
      return concat([sin, cos], -1);
    },
  });
}

function given({ matrix, features, scale, seed }: GaussianFourierOptions, axes: number) {
  if (features !== undefined || scale !== undefined || seed !== undefined) {
    throw new RangeError("gaussianFourier: features, scale and seed must be left out where matrix is given");
  }
  if (!Array.isArray(matrix) || matrix.length === 0) {
    throw new TypeError(`gaussianFourier: matrix must be an array of rows, got ${show(matrix)}`);
  }
  checkSize("gaussianFourier", "the length of matrix", matrix.length);
  const rows = matrix.map((row, i) => checkNumbers("gaussianFourier", `matrix[${i}]`, row, axes));
  return { matrix: rows, settings: { matrix: rows } };
}

function drawn({ features, scale = 1, seed = 0 }: GaussianFourierOptions, axes: number) {
  const count = checkSize("gaussianFourier", "features", features);
  checkPositive("gaussianFourier", "scale", scale);
  checkFactor("gaussianFourier", "scale", scale);
  checkCount("gaussianFourier", "seed", seed, 0);
  const { normal } = random(seed, "gaussianFourier");
  const matrix = Array.from({ length: count }, () => Array.from({ length: axes }, () => scale * normal()));
  return { matrix, settings: { features: count, scale, seed } };
}
