import { checkBoolean, checkOptions, checkSize, demand, optional, orElse } from "../checks.ts";
import { type ContentEncoder, content } from "../encoder.ts";
import {
  bucketsOf,
  checkEvenBuckets,
  debertaBucketsOf,
  debertaChecks,
  debertaTable,
} from "../log-buckets.ts";
import { normal, type Parameter } from "../parameters.ts";
import { relativeProducts } from "../relative-products.ts";

export interface DebertaOptions {
  readonly heads: number;
  /** Length of a head. */
  readonly dim: number;
  /** `position_buckets`; one vector for each distance up to `maxRelativePositions` where it is left out. */
  readonly positionBuckets?: number;
  /** `max_relative_positions`; 512 unless given. */
  readonly maxRelativePositions?: number;
  /** Queries meet vectors of the distance ("c2p"); true unless given. */
  readonly contentToPosition?: boolean;
  /** Keys meet them ("p2c"); true unless given. */
  readonly positionToContent?: boolean;
}

/**
 * DeBERTa's disentangled attention: (q·k + q·Kᵣ(δ) + k·Qᵣ(δ)) / √(n · dim), where δ is the bucket of the distance and n
 * the number of terms (He et al., "DeBERTa", 2021, eq. 4). The products that a model has are scaled by 1 / √dim; what
 * is returned makes up for that.
 *
 * `positionKeys` and `positionQueries` [2 · span, heads · dim] are DeBERTa's relative embeddings after the layer's
 * normalisation and projection, where span is `positionBuckets` or `maxRelativePositions`.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function deberta(given: DebertaOptions): ContentEncoder<Readonly<Record<string, Parameter>>> {
  const options = checkOptions("deberta", given, {
    heads: checkSize,
    dim: checkSize,
    positionBuckets: optional(checkEvenBuckets),
    maxRelativePositions:
      given?.positionBuckets === undefined
        ? orElse(512, checkSize)
        : debertaChecks(given).maxRelativePositions,
    contentToPosition: orElse(true, checkBoolean),
    positionToContent: orElse(true, checkBoolean),
  });
  const { heads, dim, positionBuckets, maxRelativePositions: reach } = options;
  const { contentToPosition, positionToContent } = options;
  demand(
    contentToPosition || positionToContent,
    "deberta",
    "contentToPosition",
    false,
    "true where positionToContent is false",
  );
  const span = positionBuckets ?? reach;
  const bucket =
    positionBuckets === undefined
      ? (relative: number) => relative
      : debertaBucketsOf({ positionBuckets, maxRelativePositions: reach });
  const buckets = debertaTable(bucket, span, reach);
  const terms = 1 + Number(contentToPosition) + Number(positionToContent);
  const table: Parameter = normal(1 / Math.sqrt(dim), 2 * span, heads * dim);

  return content({
    name: "deberta",
    title: "DeBERTa",
    options,
    heads,
    dim,
    parameters: {
      ...(contentToPosition && { positionKeys: table }),
      ...(positionToContent && { positionQueries: table }),
    },
    scores(ops, { q, k, products }, queries, keys, { positionKeys, positionQueries }) {
      const { add, gather, mul, neg, swapAxes, unflatten } = ops;
      const vectors = (table: typeof q, distances: typeof q) =>
        unflatten(gather(table, bucketsOf(ops, distances, buckets)), [heads, dim]);
      const own = mul(products, 1 / Math.sqrt(terms) - 1);
      const asked =
        positionKeys &&
        relativeProducts(ops, q, [queries, keys], (distances) => vectors(positionKeys, distances));
      const answered =
        positionQueries &&
        relativeProducts(ops, k, [keys, queries], (distances) => vectors(positionQueries, neg(distances)));
      const turned = answered && swapAxes(answered, -2, -1);
      const added = asked && turned ? add(asked, turned) : (asked ?? turned)!;
      return add(own, mul(added, 1 / Math.sqrt(terms * dim)));
    },
  });
}
