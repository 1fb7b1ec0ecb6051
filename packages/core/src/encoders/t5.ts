import { checkBetween, checkFactor, checkOptions, checkSize, limited, orElse } from "../checks.ts";
import { type BiasEncoder, bias } from "../encoder.ts";
import { bucketsOf, bucketTable, type T5BucketOptions, t5BucketsOf, t5Checks } from "../log-buckets.ts";
import { normal, type Parameter } from "../parameters.ts";
import { headsFirst } from "../relative-positions.ts";

export interface T5Options extends T5BucketOptions {
  readonly heads: number;
  /** Factor of the scores; 1 unless given, √(length of a head) in x-transformers. */
  readonly scale?: number;
  /** Standard deviation of the first values; 0.05 unless given. */
  readonly initialDeviation?: number;
}

/**
 * A trained score for each head and bucket of relative positions (Raffel et al., "Exploring the Limits of Transfer
 * Learning with a Unified Text-to-Text Transformer", 2020, §2.1). Beyond `maxDistance` all is alike: it goes on at
 * any length. T5 has one table for all layers, and does not scale its products by √(length of a head).
 *
 * @throws TypeError, RangeError for a bad option
 */
export function t5(given: T5Options): BiasEncoder<{ readonly table: Parameter }> {
  const options = checkOptions("t5", given, {
    heads: checkSize,
    ...t5Checks(given),
    scale: orElse(1, checkFactor),
    initialDeviation: orElse(0.05, limited(checkBetween, 0, 1e6)),
  });
  const { heads, numBuckets, maxDistance, scale, initialDeviation } = options;
  const buckets = bucketTable(t5BucketsOf(options), maxDistance);

  return bias({
    name: "t5",
    title: "T5Bias",
    options,
    heads,
    parameters: { table: normal(initialDeviation, numBuckets, heads) },
    scores(ops, queries, keys, { table }) {
      const rows = scale === 1 ? table : ops.mul(table, scale);
      return ops.relativeScores(queries, keys, (relative) =>
        headsFirst(ops, ops.gather(rows, bucketsOf(ops, relative, buckets))),
      );
    },
  });
}
