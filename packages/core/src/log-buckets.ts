/**
 * Buckets of relative positions: one each for the near ones, wider and wider ones for the far.
 *
 * Where a bucket ends is a power such as 10 · (320 / 10)^(2 / 10) = 20. A logarithm in float32, or even float64,
 * may fall on either side of it. Here whole numbers decide, on the host, and a graph only looks buckets up.
 */
import { checkCount, checkNames, checkOneOf } from "./checks.ts";
import type { Ops } from "./ops.ts";
import { relativePositions } from "./relative-positions.ts";

export interface T5BucketOptions {
  /** 32 unless given. */
  readonly numBuckets?: number;
  /** From here on all is one bucket; 128 unless given. */
  readonly maxDistance?: number;
  /** "bidirectional" (default): half the buckets for keys to the right. "causal": keys to the right are in bucket 0. */
  readonly direction?: "bidirectional" | "causal";
}

export interface DebertaBucketOptions {
  /** Half of them, to each side, are of one position; 256 unless given. */
  readonly positionBuckets?: number;
  /** 512 unless given. */
  readonly maxRelativePositions?: number;
}

/** The bucket of a relative position. */
export type Bucket = (relative: number) => number;

const MOST_BUCKETS = 2 ** 16;
const MOST_POSITIONS = 2 ** 20;

/**
 * T5's bucket of a relative position, key − query, in exact arithmetic (Raffel et al., 2020, §2.1;
 * `_relative_position_bucket`).
 *
 * @throws TypeError, RangeError for a bad option
 */
export function t5Buckets(options: T5BucketOptions = {}): Bucket {
  checkNames("t5Buckets", options, ["numBuckets", "maxDistance", "direction"]);
  return t5BucketsOf("t5Buckets", options);
}

/** As {@link t5Buckets}, with the errors of `who`. */
export function t5BucketsOf(
  who: string,
  { numBuckets = 32, maxDistance = 128, direction = "bidirectional" }: T5BucketOptions,
): Bucket {
  const causal = checkOneOf(who, "direction", direction, ["bidirectional", "causal"]) === "causal";
  checkCount(who, "numBuckets", numBuckets, causal ? 2 : 4, MOST_BUCKETS);
  const count = causal ? numBuckets : Math.floor(numBuckets / 2);
  const near = Math.floor(count / 2);
  checkCount(who, "maxDistance", maxDistance, near + 1, MOST_POSITIONS);

  const ofDistance = (distance: number): number => {
    if (distance < near) return distance;
    if (distance >= maxDistance) return count - 1;
    return Math.min(near + logStep(distance, near, maxDistance, count - near, "floor"), count - 1);
  };
  return causal
    ? (relative) => ofDistance(Math.max(-relative, 0))
    : (relative) => (relative > 0 ? count : 0) + ofDistance(Math.abs(relative));
}

/**
 * DeBERTa's bucket of a relative position, query − key, in exact arithmetic: signed, and not cut off (He et al.,
 * 2021; `make_log_bucket_position`).
 *
 * @throws TypeError, RangeError for a bad option
 */
export function debertaBuckets(options: DebertaBucketOptions = {}): Bucket {
  checkNames("debertaBuckets", options, ["positionBuckets", "maxRelativePositions"]);
  return debertaBucketsOf("debertaBuckets", options);
}

/** As {@link debertaBuckets}, with the errors of `who`. */
export function debertaBucketsOf(
  who: string,
  { positionBuckets = 256, maxRelativePositions = 512 }: DebertaBucketOptions,
): Bucket {
  checkCount(who, "positionBuckets", positionBuckets, 2, MOST_BUCKETS);
  const near = Math.floor(positionBuckets / 2);
  checkCount(who, "maxRelativePositions", maxRelativePositions, near + 2, MOST_POSITIONS);
  return (relative) => {
    const distance = Math.abs(relative);
    if (distance <= near) return relative;
    const far = logStep(distance, near, maxRelativePositions - 1, near - 1, "ceil");
    return Math.sign(relative) * (near + far);
  };
}

/**
 * log(distance / from) / log(to / from) · steps, rounded down or up. Float64 decides where it is clear; close to a
 * whole number k, (distance / from)^steps is compared with (to / from)^k in whole numbers.
 */
function logStep(
  distance: number,
  from: number,
  to: number,
  steps: number,
  rounding: "floor" | "ceil",
): number {
  const step = (Math.log(distance / from) / Math.log1p((to - from) / from)) * steps;
  const whole = Math.round(step);
  if (Math.abs(step - whole) > 1e-6 || whole > MOST_BUCKETS) return Math[rounding](step);
  const [d, f, t] = [BigInt(distance), BigInt(from), BigInt(to)];
  const [n, k] = [BigInt(steps), BigInt(whole)];
  const [left, right] = [d ** n * f ** k, t ** k * f ** n];
  if (rounding === "floor") return left >= right ? whole : whole - 1;
  return left <= right ? whole : whole + 1;
}

/** Buckets of the relative positions −reach … reach; further ones are as the last. */
export interface BucketTable {
  readonly buckets: Int32Array;
  readonly reach: number;
}

export function bucketTable(bucket: Bucket, reach: number): BucketTable {
  return { buckets: Int32Array.from({ length: 2 * reach + 1 }, (_, i) => bucket(i - reach)), reach };
}

/** The bucket of each key − query: queries [..., q], keys [..., k] → [..., q, k] int32. */
export function lookUpBuckets<T>(ops: Ops<T>, queries: T, keys: T, { buckets, reach }: BucketTable): T {
  const { add, constant, gather, maximum, minimum } = ops;
  const within = maximum(minimum(relativePositions(ops, queries, keys), reach), -reach);
  return gather(constant(buckets, [buckets.length]), add(within, reach));
}
