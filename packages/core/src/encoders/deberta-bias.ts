import { checkBetween, checkOptions, checkSize, limited, orElse } from "../checks.ts";
import { type BiasEncoder, bias } from "../encoder.ts";
import {
  bucketsOf,
  checkEvenBuckets,
  type DebertaBucketOptions,
  debertaBucketsOf,
  debertaChecks,
  debertaTable,
} from "../log-buckets.ts";
import { normal, type Parameter } from "../parameters.ts";
import { headsFirst } from "../relative-positions.ts";

export interface DebertaBiasOptions extends DebertaBucketOptions {
  readonly heads: number;
  /** Standard deviation of the first values; 0.05 unless given. */
  readonly initialDeviation?: number;
}

/**
 * A trained score for each head and DeBERTa bucket of relative positions, as T5's with other buckets: positions up
 * to `positionBuckets` / 2 away have one each, further ones share them up to `maxRelativePositions` (He et al.,
 * "DeBERTaV3", 2021; DeBERTa-v2's `make_log_bucket_position`). It goes on at any length. DeBERTa itself has vectors
 * in place of scores, and multiplies them with queries and keys; this is the part that needs no content.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function debertaBias(given: DebertaBiasOptions): BiasEncoder<{ readonly table: Parameter }> {
  const options = checkOptions("debertaBias", given, {
    heads: checkSize,
    ...debertaChecks(given),
    positionBuckets: orElse(256, checkEvenBuckets),
    initialDeviation: orElse(0.05, limited(checkBetween, 0, 1e6)),
  });
  const { heads, positionBuckets: span, maxRelativePositions, initialDeviation } = options;
  const buckets = debertaTable(debertaBucketsOf(options), span, maxRelativePositions);

  return bias({
    name: "debertaBias",
    title: "DeBERTaBias",
    options,
    heads,
    parameters: { table: normal(initialDeviation, 2 * span, heads) },
    scores: (ops, queries, keys, { table }) =>
      ops.relativeScores(queries, keys, (relative) =>
        headsFirst(ops, ops.gather(table, bucketsOf(ops, relative, buckets))),
      ),
  });
}
