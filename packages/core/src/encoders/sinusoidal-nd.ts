import {
  type Check,
  checkBase,
  checkBetween,
  checkCount,
  checkFactor,
  checkList,
  checkObject,
  checkOptions,
  checkPositive,
  checkSize,
  choice,
  demand,
  limited,
  optional,
  orElse,
} from "../checks.ts";
import { divide } from "../double-double.ts";
import { type AdditiveEncoder, additive } from "../encoder.ts";
import { joinFrequencies, times } from "../frequencies.ts";
import { type PlaceOptions, placeChecks, shifted } from "../range.ts";
import { interleaved, waves } from "./waves.ts";

export interface SinusoidalNdOptions extends PlaceOptions {
  /** Length of a vector (d). A multiple of 2 · axes, unless `remainder` says what to do. */
  readonly dim: number;
  /** Coordinates of a position: 2 for (row, column), 3 for (time, row, column) … */
  readonly axes: number;
  /** The longest wavelength is 2π · base; 10000 unless given. */
  readonly base?: number;
  /** tensor2tensor's min_timescale, which multiplies the frequencies; 1 unless given. */
  readonly minTimescale?: number;
  /**
   * "interleaved" (default): a block for each axis: sin, cos, sin, cos … (DETR, multidim-positional-encoding).
   * "concatenated": a block for each axis: all sines, then all cosines (MAE, ViT, tensor2tensor).
   * "grouped": the sines of all axes, then the cosines of all axes (timm).
   */
  readonly layout?: "interleaved" | "concatenated" | "grouped";
  /** With w dimensions for each axis, "paper" (default): base^(−2i/w). "tensor2tensor": base^(−i/(w/2 − 1)). */
  readonly exponent?: "paper" | "tensor2tensor";
  /** Which axis has the first block, the second …; 0, 1 … unless given. MAE puts columns first: [1, 0]. */
  readonly axisOrder?: readonly number[];
  /**
   * Where d is no multiple of 2 · axes. "error" (default), "truncate": round up and cut off the end
   * (multidim-positional-encoding), "zero": round down and end with zeros (tensor2tensor).
   */
  readonly remainder?: "error" | "truncate" | "zero";
  /** Added to every coordinate; 0 unless given. DETR counts from 1. */
  readonly offset?: number;
  /** Coordinates are divided by the size of their axis (+ `epsilon`) and multiplied by `scale`, as DETR does with `normalize`. */
  readonly normalise?: {
    /** Length of each axis, in the order of the coordinates. */
    readonly sizes: readonly number[];
    /** 2π unless given. */
    readonly scale?: number;
    /** 1e-6 unless given. */
    readonly epsilon?: number;
  };
}

/**
 * Sinusoids of positions in space: a share of the vector for each coordinate, each the encoding of Vaswani et al.
 * for that coordinate (Parmar et al., "Image Transformer", 2018; Carion et al., "DETR", 2020; He et al., "MAE",
 * 2022). Positions are [length, axes] or [batch, length, axes]; `grid(height, width)` makes them.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function sinusoidalNd(given: SinusoidalNdOptions): AdditiveEncoder<Record<never, never>> {
  const options = checkOptions("sinusoidalNd", given, {
    dim: checkSize,
    axes: limited(checkCount, 1, 64),
    base: orElse(10_000, checkBase),
    minTimescale: orElse(1, limited(checkBetween, 1e-30, 1e30)),
    layout: choice("interleaved", "concatenated", "grouped"),
    exponent: choice("paper", "tensor2tensor"),
    axisOrder: orderOf(given),
    remainder: choice("error", "truncate", "zero"),
    ...placeChecks(given),
    normalise: optional((who, what, value) => {
      const lengths = `${given.axes} lengths`;
      const checks = {
        sizes: limited(checkList, lengths, checkCount, given.axes),
        scale: optional(checkFactor),
        epsilon: optional(checkPositive),
      };
      return checkOptions(who, checkObject(who, what, value), checks, what);
    }),
  });
  const { dim, axes, layout, exponent, axisOrder, offset, positions: domain, normalise } = options;
  const pairs = pairsOf(options);
  const denominator = exponent === "paper" ? pairs : Math.max(pairs - 1, 1);
  const same = waves({ ...options, count: pairs, numerator: 1, denominator });
  const series = axisOrder.map((axis) => {
    if (!normalise) return same;
    const { sizes, scale = 2 * Math.PI, epsilon = 1e-6 } = normalise;
    return times(same, divide(scale, sizes[axis]! + epsilon));
  });
  const total = 2 * pairs * axes;

  return additive({
    name: "sinusoidalNd",
    title: "SinusoidalND",
    options,
    dim,
    positions: { real: domain === "real", axes },
    parameters: {},
    frequencies: joinFrequencies(series),
    vectors(ops, positions) {
      const { concat, mul, sincos, split, squeeze } = ops;
      const at = shifted(ops, positions, offset);
      const coordinates = split(at, new Array(axes).fill(1), -1).map((part) => squeeze(part, -1));
      const turns = axisOrder.map((axis, block) => sincos(coordinates[axis]!, series[block]!));
      const blocks = {
        interleaved: () => turns.map(({ sin, cos }) => interleaved(ops, sin, cos, 2 * pairs)),
        concatenated: () => turns.flatMap(({ sin, cos }) => [sin, cos]),
        grouped: () => [...turns.map(({ sin }) => sin), ...turns.map(({ cos }) => cos)],
      };
      const joined = concat(blocks[layout](), -1);
      if (total > dim) return split(joined, [dim, total - dim], -1)[0]!;
      if (total === dim) return joined;
      const rest = dim - total;
      return concat([joined, mul(split(joined, [rest, total - rest], -1)[0]!, 0)], -1);
    },
  });
}

/** Sines for each axis. */
function pairsOf({ dim, axes, remainder }: SinusoidalNdOptions): number {
  const unit = 2 * axes;
  const exact = dim / unit;
  if (remainder === "truncate") return Math.ceil(exact);
  if (remainder === "error" && !Number.isInteger(exact)) {
    throw new RangeError(
      `sinusoidalNd: dim must be a multiple of ${unit}, got ${dim} (otherwise choose remainder "truncate" or "zero")`,
    );
  }
  demand(exact >= 1, "sinusoidalNd", "dim", dim, `at least ${unit}`);
  return Math.floor(exact);
}

/** Each of the axes once. */
function orderOf(given: SinusoidalNdOptions): Check<readonly number[]> {
  return (who, what, value) => {
    const all = Array.from({ length: given.axes }, (_, axis) => axis);
    const order = value ?? all;
    const fits =
      Array.isArray(order) && order.length === all.length && all.every((axis) => order.includes(axis));
    demand(fits, who, what, value, `the numbers 0 to ${given.axes - 1} in some order`);
    return order;
  };
}
