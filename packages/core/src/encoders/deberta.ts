import { checkBoolean, checkCount, checkEven, checkNames, checkSize } from "../checks.ts";
import { type ContentEncoder, content } from "../encoder.ts";
import { bucketTable, debertaBucketsOf, lookUpBuckets } from "../log-buckets.ts";
import type { Parameter } from "../parameters.ts";
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

const NAMES = [
  "heads",
  "dim",
  "positionBuckets",
  "maxRelativePositions",
  "contentToPosition",
  "positionToContent",
];

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
export function deberta(options: DebertaOptions): ContentEncoder<Readonly<Record<string, Parameter>>> {
  checkNames("deberta", options, NAMES);
  const heads = checkSize("deberta", "heads", options.heads);
  const dim = checkSize("deberta", "dim", options.dim);
  const { positionBuckets, maxRelativePositions = 512 } = options;
  const { contentToPosition = true, positionToContent = true } = options;
  checkCount("deberta", "maxRelativePositions", maxRelativePositions, 1, 2 ** 20);
  checkBoolean("deberta", "contentToPosition", contentToPosition);
  checkBoolean("deberta", "positionToContent", positionToContent);
  if (positionBuckets !== undefined) checkEven("deberta", "positionBuckets", positionBuckets);
  if (!contentToPosition && !positionToContent) {
    throw new RangeError(
      "deberta: contentToPosition must be true where positionToContent is false, got false",
    );
  }
  const bucket =
    positionBuckets === undefined
      ? (relative: number) => relative
      : debertaBucketsOf("deberta", { positionBuckets, maxRelativePositions });
  const span = positionBuckets ?? maxRelativePositions;
  const row = (relative: number) => Math.min(Math.max(bucket(-relative) + span, 0), 2 * span - 1);
  const buckets = bucketTable(row, maxRelativePositions);
  const terms = 1 + Number(contentToPosition) + Number(positionToContent);
  const table: Parameter = { shape: [2 * span, heads * dim], init: { normal: 1 / Math.sqrt(dim) } };

  return content({
    name: "deberta",
    title: "DeBERTa",
    options: {
      heads,
      dim,
      ...(positionBuckets && { positionBuckets }),
      maxRelativePositions,
      contentToPosition,
      positionToContent,
    },
    heads,
    dim,
    parameters: {
      ...(contentToPosition && { positionKeys: table }),
      ...(positionToContent && { positionQueries: table }),
    },
    scores(ops, { q, k, products }, queries, keys, { positionKeys, positionQueries }) {
      const { add, gather, mul, swapAxes, unflatten } = ops;
      const index = lookUpBuckets(ops, queries, keys, buckets); // [..., q, k]
      const perBatch = ops.describe(index).shape.length === 3;
      const vectors = (from: typeof q) => unflatten(gather(from, index), [heads, dim]); // [..., q, k, heads, dim]
      const own = mul(products, 1 / Math.sqrt(terms) - 1);
      const asked = positionKeys && relativeProducts(ops, q, vectors(positionKeys), perBatch);
      const answered =
        positionQueries &&
        swapAxes(relativeProducts(ops, k, swapAxes(vectors(positionQueries), -4, -3), perBatch), -2, -1);
      const added = asked && answered ? add(asked, answered) : (asked ?? answered)!;
      return add(own, mul(added, 1 / Math.sqrt(terms * dim)));
    },
  });
}
