/**
 * Buckets of relative positions: one each for the near ones, wider and wider ones for the far.
 *
 * Where a bucket ends is a power such as 10 · (320 / 10)^(2 / 10) = 20. A logarithm in float32, or even float64,
 * may fall on either side of it. Here whole numbers decide, on the host, and a graph only looks buckets up.
 */
import { checkCount, checkEven, checkOptions, choice, limited, orElse } from "./checks.ts";
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

const sidesOf = ({ direction }: T5BucketOptions): number => (direction === "causal" ? 1 : 2);

/** Buckets of one side, and how many of them are of one position. */
function halvesOf({ numBuckets = 32, ...options }: T5BucketOptions) {
  const count = Math.floor(numBuckets / sidesOf(options));
  return { count, near: Math.floor(count / 2) };
}

/** The checks of these options. */
export function t5Checks(given: T5BucketOptions) {
  return {
    numBuckets: orElse(32, (...all) => checkCount(...all, 2 * sidesOf(given), MOST_BUCKETS)),
    maxDistance: orElse(128, (...all) => checkCount(...all, halvesOf(given).near + 1, MOST_POSITIONS)),
    direction: choice("bidirectional", "causal"),
  };
}

/**
 * T5's bucket of a relative position, key − query, in exact arithmetic (Raffel et al., 2020, §2.1;
 * `_relative_position_bucket`).
 *
 * @throws TypeError, RangeError for a bad option
 */
export function t5Buckets(options: T5BucketOptions = {}): Bucket {
  return t5BucketsOf(checkOptions("t5Buckets", options, t5Checks(options)));
}

/** As {@link t5Buckets}, of checked options. */
export function t5BucketsOf(options: Required<T5BucketOptions>): Bucket {
  const { count, near } = halvesOf(options);
  const { maxDistance } = options;
  const ofDistance = (distance: number): number => {
    if (distance < near) return distance;
    if (distance >= maxDistance) return count - 1;
    return Math.min(near + logStep(distance, near, maxDistance, count - near, "floor"), count - 1);
  };
  return sidesOf(options) === 1
    ? (relative) => ofDistance(Math.max(-relative, 0))
    : (relative) => (relative > 0 ? count : 0) + ofDistance(Math.abs(relative));
}

const nearOf = ({ positionBuckets = 256 }: DebertaBucketOptions): number => Math.floor(positionBuckets / 2);

/** The checks of these options. */
export function debertaChecks(given: DebertaBucketOptions) {
  return {
    positionBuckets: orElse(256, limited(checkCount, 2, MOST_BUCKETS)),
    maxRelativePositions: orElse(512, (...all) => checkCount(...all, nearOf(given) + 2, MOST_POSITIONS)),
  };
}

/** `positionBuckets` where half of them are a whole number. */
export function checkEvenBuckets(who: string, what: string, value: unknown): number {
  return checkCount(who, what, checkEven(who, what, value), 2, MOST_BUCKETS);
}

/**
 * DeBERTa's bucket of a relative position, query − key, in exact arithmetic: signed, and not cut off (He et al.,
 * 2021; `make_log_bucket_position`).
 *
 * @throws TypeError, RangeError for a bad option
 */
export function debertaBuckets(options: DebertaBucketOptions = {}): Bucket {
  return debertaBucketsOf(checkOptions("debertaBuckets", options, debertaChecks(options)));
}

/** As {@link debertaBuckets}, of checked options. */
export function debertaBucketsOf(options: Required<DebertaBucketOptions>): Bucket {
  const near = nearOf(options);
  return (relative) => {
    const distance = Math.abs(relative);
    if (distance <= near) return relative;
    const far = logStep(distance, near, options.maxRelativePositions - 1, near - 1, "ceil");
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

/** Row b + span of a table [2 · span, …] for DeBERTa's bucket b, up to its ends. */
export function debertaTable(bucket: Bucket, span: number, reach: number): BucketTable {
  return bucketTable((relative) => Math.min(Math.max(bucket(-relative) + span, 0), 2 * span - 1), reach);
}

/** The bucket of each key − query: queries [..., q], keys [..., k] → [..., q, k] int32. */
export function lookUpBuckets<T>(ops: Ops<T>, queries: T, keys: T, table: BucketTable): T {
  return bucketsOf(ops, relativePositions(ops, queries, keys), table);
}

/** The bucket of each relative position, of the same shape. */
export function bucketsOf<T>(ops: Ops<T>, relative: T, { buckets, reach }: BucketTable): T {
  const { add, constant, gather, maximum, minimum } = ops;
  const within = maximum(minimum(relative, reach), -reach);
  return gather(constant(buckets, [buckets.length]), add(within, reach));
}
