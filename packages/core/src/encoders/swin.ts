import { checkOptions, checkSize } from "../checks.ts";
import { type BiasEncoder, bias } from "../encoder.ts";
import { normal, type Parameter } from "../parameters.ts";
import { checkWindow, relativeScores, type Window } from "./swin-window.ts";

export interface SwinOptions {
  readonly heads: number;
  /** Rows and columns of a window; positions are [row, column] within it. */
  readonly window: Window;
}

interface SwinParameters {
  readonly [name: string]: Parameter;
  readonly table: Parameter;
}

/**
 * A trained score for each pair of a relative row and a relative column within a window (Liu et al., "Swin
 * Transformer", 2021, eq. 4). `table` is [(2·rows − 1)(2·columns − 1), heads], as in the published checkpoints.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function swin(given: SwinOptions): BiasEncoder<SwinParameters> {
  const options = checkOptions("swin", given, { heads: checkSize, window: checkWindow });
  const { heads, window } = options;
  const [rows, columns] = window;
  return bias({
    name: "swin",
    title: "SwinBias",
    options,
    heads,
    positions: { axes: 2, sizes: window },
    parameters: { table: normal(0.02, (2 * rows - 1) * (2 * columns - 1), heads) },
    scores: (ops, queries, keys, { table }) => relativeScores(ops, queries, keys, table, window),
  });
}
