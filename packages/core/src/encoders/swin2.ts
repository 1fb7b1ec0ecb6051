import { checkOptions, checkSize, optional, orElse } from "../checks.ts";
import { type BiasEncoder, bias } from "../encoder.ts";
import { normal, type Parameter, zeros } from "../parameters.ts";
import { checkWindow, relativeScores, type Window } from "./swin-window.ts";

export interface Swin2Options {
  readonly heads: number;
  /** Rows and columns of a window; positions are [row, column] within it. */
  readonly window: Window;
  /** The window that a checkpoint was trained with, where it is another: coordinates are scaled by it. */
  readonly pretrainedWindow?: Window;
  /** Width of the network; 512 unless given. */
  readonly hidden?: number;
}

interface Swin2Parameters {
  readonly [name: string]: Parameter;
  readonly first: Parameter;
  readonly firstBias: Parameter;
  readonly second: Parameter;
}

/**
 * The relative rows and columns of a window on a logarithmic scale, sign(x)·log₂(|8x / (size − 1)| + 1) / log₂ 8, row
 * by row: [(2·rows − 1)(2·columns − 1), 2].
 */
export function swin2Coordinates(window: Window, pretrainedWindow: Window = window): Float32Array {
  const along = (axis: 0 | 1) => {
    const size = window[axis];
    const scale = 8 / Math.max(pretrainedWindow[axis] - 1, 1);
    return Array.from({ length: 2 * size - 1 }, (_, i) => {
      const x = (i - size + 1) * scale;
      return (Math.sign(x) * Math.log2(Math.abs(x) + 1)) / 3;
    });
  };
  const [rows, columns] = [along(0), along(1)];
  return Float32Array.from(rows.flatMap((row) => columns.flatMap((column) => [row, column])));
}

/**
 * A score for each pair of a relative row and column from a small network on logarithmic coordinates, so that it
 * carries over to other windows: 16·sigmoid(W₂ relu(W₁x + b)) (Liu et al., "Swin Transformer V2", 2022, §3.3).
 *
 * @throws TypeError, RangeError for a bad option
 */
export function swin2(given: Swin2Options): BiasEncoder<Swin2Parameters> {
  const options = checkOptions("swin2", given, {
    heads: checkSize,
    window: checkWindow,
    pretrainedWindow: optional(checkWindow),
    hidden: orElse(512, checkSize),
  });
  const { heads, window, pretrainedWindow, hidden } = options;
  const coordinates = swin2Coordinates(window, pretrainedWindow);
  return bias({
    name: "swin2",
    title: "SwinV2Bias",
    options,
    heads,
    positions: { axes: 2, sizes: window },
    parameters: {
      first: normal(1 / Math.sqrt(2), 2, hidden),
      firstBias: zeros(hidden),
      second: normal(1 / Math.sqrt(hidden), hidden, heads),
    },
    scores(ops, queries, keys, { first, firstBias, second }) {
      const { add, constant, div, exp, matMul, neg, relu } = ops;
      const x = constant(coordinates, [coordinates.length / 2, 2]);
      const scores = matMul(relu(add(matMul(x, first), firstBias)), second);
      return relativeScores(ops, queries, keys, div(16, add(exp(neg(scores)), 1)), window);
    },
  });
}
