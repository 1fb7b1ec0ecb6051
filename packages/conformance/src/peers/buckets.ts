import {
  array,
  bind,
  debertaBuckets,
  type NdArray,
  range,
  type T5BucketOptions,
  t5,
  t5Buckets,
  typedArrays,
} from "@posenc/core";
import type { Expected } from "../expect.ts";
import type { ReferenceCase, ReferenceTensor } from "../reference.ts";
import { beside, type Comparison, type Peer } from "./comparison.ts";

interface Params {
  readonly bidirectional?: boolean;
  readonly causal?: boolean;
  readonly num_buckets: number;
  readonly max_distance: number;
  readonly query_length: number;
  readonly key_length: number;
  readonly past_seen_tokens?: number;
  readonly scale?: number;
  readonly i: number;
  readonly j: number;
  readonly bucket_size: number;
  readonly max_position: number;
}
const paramsOf = ({ params }: ReferenceCase): Params => params as unknown as Params;

const bucketOptions = ({ bidirectional, causal, num_buckets, max_distance }: Params): T5BucketOptions => ({
  numBuckets: num_buckets,
  maxDistance: max_distance,
  direction: (bidirectional ?? !causal) ? "bidirectional" : "causal",
});

/** The scores of `t5` from a given table [buckets, heads]. */
function tableScores(
  options: T5BucketOptions & { readonly scale?: number },
  table: ReferenceTensor,
  queries: NdArray,
  keys: NdArray,
): NdArray {
  const rows = array(Float32Array.from(table.data), table.shape);
  return bind(t5({ heads: table.shape[1]!, ...options }), typedArrays, { table: rows })(queries, keys);
}

/** The buckets that the encoder looks up: the scores from a table of their numbers. */
function bucketsInUse(options: T5BucketOptions, relative: readonly number[]): number[] {
  const count = options.numBuckets!;
  const numbers = { dtype: "float32", shape: [count, 1], data: Array.from({ length: count }, (_, i) => i) };
  const farthest = Math.max(...relative.map(Math.abs));
  const keys = array(Int32Array.from(relative, (step) => farthest + step));
  return [...tableScores(options, numbers, range(1, farthest), keys).data];
}

const exactly = (output: string, what: string, got: readonly number[], want: Expected): Comparison => ({
  output,
  what: `${output} (${what})`,
  got: array(Int32Array.from(got)),
  want,
  tolerance: () => 0,
});

/**
 * Buckets in exact arithmetic, from the function and as the encoder looks them up. The two floating-point runs of
 * the peer are wrong where its own lists say so, and nowhere else.
 */
export const t5BucketNumbers: Peer = (entry) => {
  const options = bucketOptions(paramsOf(entry));
  const relative = Array.from(entry.inputs.relative_position!.data);
  const own = relative.map(t5Buckets(options));
  const exact = entry.outputs.bucket_exact!;
  const differing = (output: string) => {
    const { data } = entry.outputs[output]!;
    return relative.filter((_, i) => data[i] !== own[i]);
  };
  const wrongs = {
    bucket: "hf_float32_differs_from_exact_at",
    bucket_float64: "float64_differs_from_exact_at",
  };
  return [
    exactly("bucket_exact", "the function", own, exact),
    exactly("bucket_exact", "in use", bucketsInUse(options, relative), exact),
    ...Object.entries(wrongs).flatMap(([output, list]) => {
      const data = (entry.plain[list] ?? []) as readonly number[];
      const want = { shape: [data.length], data };
      const wrong = exactly(output, "where it is wrong", differing(output), want);
      return [wrong, { ...wrong, output: list }];
    }),
  ];
};

/** [1, heads, q, k] from a table. */
export const t5Scores: Peer = (entry) => {
  const params = paramsOf(entry);
  const { query_length, key_length, past_seen_tokens = 0 } = params;
  const row = ({ data }: NdArray) => array(data, [1, data.length]);
  const queries = row(range(query_length, past_seen_tokens));
  const got = tableScores(bucketOptions(params), entry.inputs.table!, queries, row(range(key_length)));
  return beside(entry, "bias", got, "table");
};

/** [heads, i, j] from a table, scaled; the queries stand last. */
export const scaledScores: Peer = (entry) => {
  const params = paramsOf(entry);
  const { scale = 1, i, j } = params;
  const options = { ...bucketOptions(params), scale };
  return beside(
    entry,
    "bias",
    tableScores(options, entry.inputs.table!, range(i, j - i), range(j)),
    "arithmetic",
  );
};

/** Signed buckets. A float32 logarithm may fall on either side of a whole number: there, one more or less. */
export const debertaBucketNumbers: Peer = (entry) => {
  const { bucket_size: positionBuckets, max_position: maxRelativePositions } = paramsOf(entry);
  const relative = Array.from(entry.inputs.relative_position!.data);
  const near = Math.floor(positionBuckets / 2);
  const step = (distance: number) =>
    (Math.log(distance / near) / Math.log((maxRelativePositions - 1) / near)) * (near - 1);
  const unclear = relative.map((position) => {
    const at = step(Math.max(Math.abs(position), near));
    return Math.abs(position) > near && Math.abs(at - Math.round(at)) < 1e-4;
  });
  const own = relative.map(debertaBuckets({ positionBuckets, maxRelativePositions }));
  return [
    {
      ...exactly("bucket", "exact, but where float32 is not clear", own, entry.outputs.bucket!),
      tolerance: (_, i) => (unclear[i] ? 1 : 0),
    },
  ];
};
