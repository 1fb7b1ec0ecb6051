import { checkBetween, checkCount, checkNames, checkPositive } from "../checks.ts";
import { type AdditiveEncoder, additive } from "../encoder.ts";
import type { Parameter } from "../parameters.ts";
import { shifted } from "../range.ts";

export interface LearnedOptions {
  /** Length of a vector. */
  readonly dim: number;
  /** Rows of the table: positions + `offset` are below it. */
  readonly maxLength: number;
  /** Standard deviation of the first values; 0.02 as in GPT-2 and BERT. */
  readonly initialDeviation?: number;
  /** The row of position 0, and so on; 0 unless given. OPT and BART have 2, RoBERTa the padding token's number + 1. */
  readonly offset?: number;
}

/**
 * A trained vector for each position (Gehring et al., 2017; BERT, GPT-2).
 * Knows nothing of positions it has not seen, and has none beyond `maxLength`.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function learned(options: LearnedOptions): AdditiveEncoder<{ readonly table: Parameter }> {
  checkNames("learned", options, ["dim", "maxLength", "initialDeviation", "offset"]);
  const { initialDeviation = 0.02, offset = 0 } = options;
  const dim = checkCount("learned", "dim", options.dim);
  const maxLength = checkCount("learned", "maxLength", options.maxLength);
  checkPositive("learned", "initialDeviation", initialDeviation);
  checkBetween("learned", "initialDeviation", initialDeviation, 0, 1e30);
  checkCount("learned", "offset", offset, 0, maxLength - 1);
  return additive({
    name: "learned",
    title: "LearnedPositions",
    options: { dim, maxLength, initialDeviation, offset },
    dim,
    positions: { below: maxLength - offset },
    parameters: { table: { shape: [maxLength, dim], init: { normal: initialDeviation } } },
    vectors: (ops, positions, { table }) => ops.gather(table, shifted(ops, positions, offset)),
  });
}
