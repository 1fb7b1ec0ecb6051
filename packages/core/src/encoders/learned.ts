import { checkBetween, checkCount, checkNames, checkPositive } from "../checks.ts";
import { type AdditiveEncoder, additive } from "../encoder.ts";
import type { Parameter } from "../parameters.ts";

export interface LearnedOptions {
  /** Length of a vector. */
  readonly dim: number;
  /** Rows of the table: positions are below it. */
  readonly maxLength: number;
  /** Standard deviation of the first values; 0.02 as in GPT-2 and BERT. */
  readonly initialDeviation?: number;
}

/**
 * A trained vector for each position (Gehring et al., 2017; BERT, GPT-2).
 * Knows nothing of positions it has not seen, and has none beyond `maxLength`.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function learned(options: LearnedOptions): AdditiveEncoder<{ readonly table: Parameter }> {
  checkNames("learned", options, ["dim", "maxLength", "initialDeviation"]);
  const { initialDeviation = 0.02 } = options;
  const dim = checkCount("learned", "dim", options.dim);
  const maxLength = checkCount("learned", "maxLength", options.maxLength);
  checkPositive("learned", "initialDeviation", initialDeviation);
  checkBetween("learned", "initialDeviation", initialDeviation, 0, 1e30);
  return additive({
    name: "learned",
    options: { dim, maxLength, initialDeviation },
    dim,
    positions: { below: maxLength },
    parameters: { table: { shape: [maxLength, dim], init: { normal: initialDeviation } } },
    vectors: ({ gather }, positions, { table }) => gather(table, positions),
  });
}
