import { checkBetween, checkEven, checkNames, checkSize } from "../checks.ts";
import { type BiasEncoder, bias } from "../encoder.ts";
import { bucketTable, type DebertaBucketOptions, debertaBucketsOf, lookUpBuckets } from "../log-buckets.ts";
import type { Parameter } from "../parameters.ts";
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
export function debertaBias(options: DebertaBiasOptions): BiasEncoder<{ readonly table: Parameter }> {
  const known = ["heads", "positionBuckets", "maxRelativePositions", "initialDeviation"];
  checkNames("debertaBias", options, known);
  const { positionBuckets = 256, maxRelativePositions = 512, initialDeviation = 0.05 } = options;
  const heads = checkSize("debertaBias", "heads", options.heads);
  checkEven("debertaBias", "positionBuckets", positionBuckets);
  const bucket = debertaBucketsOf("debertaBias", { positionBuckets, maxRelativePositions });
  checkBetween("debertaBias", "initialDeviation", initialDeviation, 0, 1e6);
  const last = 2 * positionBuckets - 1;
  const row = (relative: number) => Math.min(Math.max(bucket(-relative) + positionBuckets, 0), last);
  const buckets = bucketTable(row, maxRelativePositions);

  return bias({
    name: "debertaBias",
    title: "DeBERTaBias",
    options: { heads, positionBuckets, maxRelativePositions, initialDeviation },
    heads,
    parameters: { table: { shape: [last + 1, heads], init: { normal: initialDeviation } } },
    scores: (ops, queries, keys, { table }) =>
      headsFirst(ops, ops.gather(table, lookUpBuckets(ops, queries, keys, buckets))),
  });
}
