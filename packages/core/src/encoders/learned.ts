import { checkCount, checkOptions, checkPositive, limited, orElse } from "../checks.ts";
import { type AdditiveEncoder, additive } from "../encoder.ts";
import { normal, type Parameter } from "../parameters.ts";
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
export function learned(given: LearnedOptions): AdditiveEncoder<{ readonly table: Parameter }> {
  const options = checkOptions("learned", given, {
    dim: checkCount,
    maxLength: checkCount,
    initialDeviation: orElse(0.02, limited(checkPositive, 0, 1e30)),
    offset: orElse(0, (...all) => checkCount(...all, 0, given.maxLength - 1)),
  });
  const { dim, maxLength, initialDeviation, offset } = options;
  return additive({
    name: "learned",
    title: "LearnedPositions",
    options,
    dim,
    positions: { below: maxLength - offset },
    parameters: { table: normal(initialDeviation, maxLength, dim) },
    vectors: (ops, positions, { table }) => ops.gather(table, shifted(ops, positions, offset)),
  });
}
