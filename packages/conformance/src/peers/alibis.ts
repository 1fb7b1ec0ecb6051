import { alibi, alibiSlopes, array, bind, type NdArray, range, typedArrays } from "@posenc/core";
import { beside, type Comparison, type Peer } from "./comparison.ts";

/**
 * A causal ALiBi is −slope · (query − key). Peers leave out the query, or put the last key in its place: they
 * shift each row by a constant, which the softmax does not see. That is as if every query stood at one place, and
 * so it is compared here.
 */
function scoresFrom(place: number, queries: number, keys: NdArray, slopes: readonly number[]): NdArray {
  const apply = bind(alibi({ heads: slopes.length, slopes }), typedArrays, {});
  const lead = keys.shape.slice(0, -1);
  const rows = lead.reduce((a, b) => a * b, 1) * queries;
  return apply(array(new Int32Array(rows).fill(place), [...lead, queries]), keys);
}

/** Press's slopes are those of a steepest exponent of 8. */
const slopesUpTo = (heads: number, max = 8): number[] =>
  alibiSlopes(heads).map((slope) => slope ** (max / 8));

interface Params {
  readonly num_heads: number;
  readonly length: number;
  readonly sequence_length: number;
  readonly alibi_bias_max: number;
  readonly query_length: number;
  readonly key_length: number;
  readonly heads: number;
  readonly total_heads: number;
  readonly i: number;
  readonly j: number;
}
const paramsOf = ({ params }: { readonly params: unknown }): Params => params as Params;

/** slope · key. */
export const pressBias: Peer = (entry) => {
  const { num_heads, length } = paramsOf(entry);
  return beside(entry, "alibi", scoresFrom(0, 1, range(length), slopesUpTo(num_heads)), "arithmetic");
};

/** slope · (key − last). */
export const mptBias: Peer = (entry) => {
  const { num_heads, alibi_bias_max = 8, sequence_length: length } = paramsOf(entry);
  const got = scoresFrom(length - 1, 1, range(length), slopesUpTo(num_heads, alibi_bias_max));
  return beside(entry, "alibi", got, "arithmetic");
};

/** slope · key, where keys are counted among the tokens that are not masked; [batch · heads, 1, length]. */
export const bloomBias: Peer = (entry) => {
  const { num_heads } = paramsOf(entry);
  const { data, shape } = entry.inputs.attention_mask!;
  const [batch, length] = shape as [number, number];
  const keys = new Int32Array(batch * length);
  for (let row = 0; row < batch; row++) {
    for (let i = 0, seen = 0; i < length; i++) {
      const at = row * length + i;
      if (data[at] === 1) keys[at] = seen++;
    }
  }
  const got = scoresFrom(0, 1, array(keys, shape), slopesUpTo(num_heads));
  return beside(entry, "alibi", array(got.data, [batch * num_heads, 1, length]), "arithmetic");
};

/** Bloom's in bfloat16: slope and product are each rounded to 8 bits. */
export const falconBias: Peer = (entry) => {
  const comparisons = bloomBias(entry);
  if ("missing" in comparisons) return comparisons;
  return comparisons.map((comparison) => ({
    ...comparison,
    what: `${comparison.what}, bfloat16`,
    tolerance: (want) => 2 ** -7 * Math.abs(want),
  }));
};

/** slope · (key − last) for every query; [1, heads, q, k]. */
export const kerasBias: Peer = (entry) => {
  const { num_heads, alibi_bias_max = 8, query_length, key_length } = paramsOf(entry);
  const keys = array(range(key_length).data, [1, key_length]);
  const got = scoresFrom(key_length - 1, query_length, keys, slopesUpTo(num_heads, alibi_bias_max));
  return beside(entry, "bias", got, "arithmetic");
};

/** −slope · |query − key|, the queries last; heads beyond `heads` have no bias. */
export const symmetricBias: Peer = (entry) => {
  const { heads, total_heads = heads, i, j } = paramsOf(entry);
  const slopes = [...alibiSlopes(heads), ...new Array<number>(total_heads - heads).fill(0)];
  const apply = bind(alibi({ heads: total_heads, direction: "symmetric", slopes }), typedArrays, {});
  return beside(entry, "bias", apply(range(i, j - i), range(j)), "arithmetic");
};

interface SlopeRow {
  readonly heads: number;
  readonly slopes_python_float64: readonly number[];
}

/** Lists of slopes: ours in float64 against Press's to the last bits, and as the encoder uses them. */
export const slopeLists: Peer = (entry) => {
  const rows = entry.plain.rows as readonly SlopeRow[];
  return rows.flatMap((row): Comparison[] => {
    const want = { shape: [row.heads], data: row.slopes_python_float64 };
    const used = bind(alibi({ heads: row.heads }), typedArrays, {})(range(1, 1), range(1));
    const own = alibiSlopes(row.heads).map((slope, i) => slope / row.slopes_python_float64[i]! - 1);
    const compare = (what: string, got: Float32Array, expected: typeof want, tolerance: number) => ({
      output: "rows",
      what: `${row.heads} heads: ${what}`,
      got: array(got),
      want: expected,
      tolerance: () => tolerance,
    });
    return [
      compare(
        "relative error",
        Float32Array.from(own),
        { shape: [own.length], data: own.map(() => 0) },
        4e-15,
      ),
      compare(
        "in use",
        Float32Array.from(used.data, (score) => -score),
        want,
        3e-8,
      ),
      ...["press_float32", "bloom_float32", "mpt_float32"].flatMap((peer) => {
        const theirs = (row as unknown as Record<string, readonly number[]>)[peer];
        if (!theirs) return [];
        const slopes = Float32Array.from(alibiSlopes(row.heads));
        return [compare(peer, slopes, { shape: [theirs.length], data: theirs }, 6e-8)];
      }),
    ];
  });
};
