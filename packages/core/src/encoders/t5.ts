import { checkBetween, checkFactor, checkNames, checkSize } from "../checks.ts";
import { type BiasEncoder, bias } from "../encoder.ts";
import { bucketTable, lookUpBuckets, type T5BucketOptions, t5BucketsOf } from "../log-buckets.ts";
import type { Parameter } from "../parameters.ts";
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
export function t5(options: T5Options): BiasEncoder<{ readonly table: Parameter }> {
  const known = ["heads", "numBuckets", "maxDistance", "direction", "scale", "initialDeviation"];
  checkNames("t5", options, known);
  const { numBuckets = 32, maxDistance = 128, direction = "bidirectional" } = options;
  const { scale = 1, initialDeviation = 0.05 } = options;
  const heads = checkSize("t5", "heads", options.heads);
  const bucket = t5BucketsOf("t5", { numBuckets, maxDistance, direction });
  checkFactor("t5", "scale", scale);
  checkBetween("t5", "initialDeviation", initialDeviation, 0, 1e6);
  const buckets = bucketTable(bucket, maxDistance);

  return bias({
    name: "t5",
    title: "T5Bias",
    options: { heads, numBuckets, maxDistance, direction, scale, initialDeviation },
    heads,
    parameters: { table: { shape: [numBuckets, heads], init: { normal: initialDeviation } } },
    scores(ops, queries, keys, { table }) {
      const rows = scale === 1 ? table : ops.mul(table, scale);
      return headsFirst(ops, ops.gather(rows, lookUpBuckets(ops, queries, keys, buckets)));
    },
  });
}
