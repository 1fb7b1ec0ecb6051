import {
  checkBase,
  checkBetween,
  checkCount,
  checkFactor,
  checkNames,
  checkObject,
  checkOffset,
  checkOneOf,
  checkPositive,
  checkSize,
  show,
} from "../checks.ts";
import { divide } from "../double-double.ts";
import { type AdditiveEncoder, additive } from "../encoder.ts";
import { joinFrequencies } from "../frequencies.ts";
import { shifted } from "../range.ts";
import { times, waves } from "./waves.ts";

export interface SinusoidalNdOptions {
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
  /** "index": whole numbers from 0 (default). "real": fractions and negative numbers too. */
  readonly positions?: "index" | "real";
}

const NAMES = [
  ...["dim", "axes", "base", "minTimescale", "layout", "exponent", "axisOrder", "remainder", "offset"],
  ...["normalise", "positions"],
];

/**
 * Sinusoids of positions in space: a share of the vector for each coordinate, each the encoding of Vaswani et al.
 * for that coordinate (Parmar et al., "Image Transformer", 2018; Carion et al., "DETR", 2020; He et al., "MAE",
 * 2022). Positions are [length, axes] or [batch, length, axes]; `grid(height, width)` makes them.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function sinusoidalNd(options: SinusoidalNdOptions): AdditiveEncoder<Record<never, never>> {
  checkNames("sinusoidalNd", options, NAMES);
  const dim = checkSize("sinusoidalNd", "dim", options.dim);
  const axes = checkCount("sinusoidalNd", "axes", options.axes, 1, 64);
  const { base = 10_000, minTimescale = 1, layout = "interleaved", exponent = "paper" } = options;
  const { remainder = "error", offset = 0, normalise, positions: domain = "index" } = options;
  checkBase("sinusoidalNd", base);
  checkBetween("sinusoidalNd", "minTimescale", minTimescale, 1e-30, 1e30);
  checkOneOf("sinusoidalNd", "layout", layout, ["interleaved", "concatenated", "grouped"]);
  checkOneOf("sinusoidalNd", "exponent", exponent, ["paper", "tensor2tensor"]);
  checkOneOf("sinusoidalNd", "remainder", remainder, ["error", "truncate", "zero"]);
  const axisOrder = checkOrder(options.axisOrder ?? Array.from({ length: axes }, (_, axis) => axis), axes);
  checkOneOf("sinusoidalNd", "positions", domain, ["index", "real"]);
  const real = domain === "real";
  checkOffset("sinusoidalNd", offset, real);
  const factors = normalise && checkNormalise(normalise, axes);

  const pairs = pairsOf(dim, axes, remainder);
  const powers =
    exponent === "paper"
      ? { numerator: 1, denominator: pairs }
      : { numerator: 1, denominator: Math.max(pairs - 1, 1) };
  const same = waves({ base, minTimescale, count: pairs, ...powers });
  const frequencies = axisOrder.map((axis) => (factors ? times(same, factors[axis]!) : same));
  const total = 2 * pairs * axes;
  const settings = { dim, axes, base, minTimescale, layout, exponent, axisOrder, remainder, offset };

  return additive({
    name: "sinusoidalNd",
    title: "SinusoidalND",
    options: { ...settings, positions: domain, ...(normalise && { normalise }) },
    dim,
    positions: { real, axes },
    parameters: {},
    frequencies: joinFrequencies(frequencies),
    vectors(ops, positions) {
      const { concat, expandDims, flatten, mul, sincos, split, squeeze } = ops;
      const at = shifted(ops, positions, offset);
      const coordinates = split(at, new Array(axes).fill(1), -1).map((part) => squeeze(part, -1));
      const turns = axisOrder.map((axis, block) => sincos(coordinates[axis]!, frequencies[block]!));
      const blocks = {
        interleaved: () =>
          turns.map(({ sin, cos }) =>
            flatten(concat([expandDims(sin, -1), expandDims(cos, -1)], -1), 2 * pairs),
          ),
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
function pairsOf(dim: number, axes: number, remainder: "error" | "truncate" | "zero"): number {
  const exact = dim / (2 * axes);
  if (remainder === "truncate") return Math.ceil(exact);
  if (remainder === "error" && !Number.isInteger(exact)) {
    throw new RangeError(
      `sinusoidalNd: dim must be a multiple of ${2 * axes}, got ${dim} (otherwise choose remainder "truncate" or "zero")`,
    );
  }
  if (exact < 1) throw new RangeError(`sinusoidalNd: dim must be at least ${2 * axes}, got ${dim}`);
  return Math.floor(exact);
}

function checkOrder(order: unknown, axes: number): readonly number[] {
  const fits =
    Array.isArray(order) && order.length === axes && order.every((_, axis) => order.includes(axis));
  if (fits) return order as number[];
  const all = `the numbers 0 to ${axes - 1} in some order`;
  throw new RangeError(`sinusoidalNd: axisOrder must be ${all}, got ${show(order)}`);
}

/** What each coordinate is multiplied by. */
function checkNormalise(normalise: NonNullable<SinusoidalNdOptions["normalise"]>, axes: number) {
  checkNames("sinusoidalNd: normalise", checkObject("sinusoidalNd", "normalise", normalise), [
    ...["sizes", "scale", "epsilon"],
  ]);
  const { sizes, scale = 2 * Math.PI, epsilon = 1e-6 } = normalise;
  checkFactor("sinusoidalNd", "normalise.scale", scale);
  checkPositive("sinusoidalNd", "normalise.epsilon", epsilon);
  if (!Array.isArray(sizes) || sizes.length !== axes) {
    throw new RangeError(`sinusoidalNd: normalise.sizes must be ${axes} lengths, got ${show(sizes)}`);
  }
  return sizes.map((size, axis) => {
    checkCount("sinusoidalNd", `normalise.sizes[${axis}]`, size);
    return divide([scale, 0], [size + epsilon, 0]);
  });
}
