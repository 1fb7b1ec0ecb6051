import { checkBase, checkOptions, checkSize, orElse } from "../checks.ts";
import { type ContentEncoder, content } from "../encoder.ts";
import { geometric } from "../frequencies.ts";
import { normal, type Parameter, zeros } from "../parameters.ts";
import { relativeProducts } from "../relative-products.ts";

export interface TransformerXlOptions {
  readonly heads: number;
  /** Length of a head. */
  readonly dim: number;
  /** Of the sinusoids; 10000 unless given. */
  readonly base?: number;
}

interface TransformerXlParameters {
  readonly [name: string]: Parameter;
  readonly relative: Parameter;
  readonly u: Parameter;
  readonly v: Parameter;
}

/**
 * Relative positions as in Transformer-XL: u·k + (q + v)·W R(i − j), over √dim, is added to the score of a query at i
 * and a key at j, where R is the sinusoidal vector [sines, cosines] of the distance (Dai et al., 2019, §3.3, terms
 * b, c and d). Any distance, on both sides.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function transformerXl(given: TransformerXlOptions): ContentEncoder<TransformerXlParameters> {
  const options = checkOptions("transformerXl", given, {
    heads: checkSize,
    dim: checkSize,
    base: orElse(10_000, checkBase),
  });
  const { heads, dim, base } = options;
  const width = heads * dim;
  if (width % 2 !== 0) throw new RangeError(`transformerXl: heads · dim must be even, got ${heads} · ${dim}`);
  const frequencies = geometric({ base, count: width / 2, numerator: 2, denominator: width });
  return content({
    name: "transformerXl",
    title: "TransformerXL",
    options,
    heads,
    dim,
    frequencies,
    parameters: {
      relative: normal(1 / Math.sqrt(width), width, width),
      u: zeros(heads, 1, dim),
      v: zeros(heads, 1, dim),
    },
    scores(ops, { q, k }, queries, keys, { relative, u, v }) {
      const { add, concat, matMul, mul, neg, sincos, swapAxes, unflatten } = ops;
      const byDistance = relativeProducts(ops, add(q, v), [queries, keys], (distances) => {
        const { sin, cos } = sincos(neg(distances), frequencies);
        return unflatten(matMul(concat([sin, cos], -1), relative), [heads, dim]);
      });
      const byKey = matMul(u, swapAxes(k, -2, -1)); // [batch, heads, 1, k]
      return mul(add(byDistance, byKey), 1 / Math.sqrt(dim));
    },
  });
}
