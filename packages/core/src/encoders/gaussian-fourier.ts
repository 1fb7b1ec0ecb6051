import {
  type Check,
  checkCount,
  checkList,
  checkNumbers,
  checkOptions,
  checkPositive,
  checkSize,
  limited,
  optional,
  orElse,
} from "../checks.ts";
import { TWO_PI } from "../double-double.ts";
import { type AdditiveEncoder, additive } from "../encoder.ts";
import { frequencies, times } from "../frequencies.ts";
import { normals } from "../random.ts";

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

/**
 * Random Fourier features of real coordinates: (sin(2πBp), cos(2πBp)) with a fixed matrix B of normal numbers
 * (Tancik et al., "Fourier Features Let Networks Learn High Frequency Functions in Low Dimensional Domains", 2020,
 * §6). Positions are [length, axes] or [batch, length, axes], float32.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function gaussianFourier(given: GaussianFourierOptions): AdditiveEncoder<Record<never, never>> {
  const drawn =
    <V>(check: Check<V>): Check<V | undefined> =>
    (...all) => {
      if (!given.matrix) return check(...all);
      if (all[2] === undefined) return undefined;
      throw new RangeError(`${all[0]}: features, scale and seed must be left out where matrix is given`);
    };
  const options = checkOptions("gaussianFourier", given, {
    axes: limited(checkCount, 1, 64),
    features: drawn(checkSize),
    scale: drawn(orElse(1, limited(checkPositive, 0, 1e30))),
    seed: drawn(orElse(0, limited(checkCount, 0))),
    matrix: optional((who, what, value) => {
      const row: Check<readonly number[]> = (...all) => checkNumbers(...all, given.axes);
      const matrix = checkList(who, what, value, "an array of rows", row);
      checkSize(who, "the length of matrix", matrix.length);
      return matrix;
    }),
  });
  const { axes, features: length, scale = 1, seed = 0 } = options;
  const normal = normals(seed, "gaussianFourier");
  const draw = () => Array.from({ length: axes }, () => scale * normal());
  const { matrix = Array.from({ length: length! }, draw) } = options;
  const columns = Array.from({ length: axes }, (_, axis) =>
    times(frequencies(matrix.map((row) => row[axis]!)), TWO_PI),
  );

  return additive({
    name: "gaussianFourier",
    title: "GaussianFourier",
    options,
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
