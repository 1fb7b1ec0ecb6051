import { array, bind, cope, forgetting, type NdArray, range, sinusoidal, typedArrays } from "@posenc/core";
import { floats } from "../expect.ts";
import type { ReferenceCase, ReferenceTensor } from "../reference.ts";
import { beside, type Comparison, type Peer } from "./comparison.ts";

const tensor = ({ data, shape }: ReferenceTensor, as: readonly number[] = shape): NdArray =>
  array(Float32Array.from(data), as);
const zeros = (...shape: number[]): NdArray => floats(shape, () => 0);

/** Their queries count every key: here they stand after the last one. */
export const copeBias: Peer = (entry) => {
  const { query, attn_logits, pos_emb } = entry.inputs;
  const [batch, heads, length, dim] = query!.shape as [number, number, number, number];
  const keys = attn_logits!.shape.at(-1)!;
  const encoder = cope({ heads, dim, maxPosition: pos_emb!.shape[0]! });
  const attention = { q: tensor(query!), k: zeros(batch, heads, keys, dim), products: tensor(attn_logits!) };
  const last = array(new Int32Array(length).fill(keys), [length]);
  const got = bind(encoder, typedArrays, { table: tensor(pos_emb!) })(attention, last, range(keys));
  return beside(entry, "bias", got, "chain");
};

/**
 * Their gates come from what the keys are made of: the same for every head. In both directions, a key after the query
 * is forgotten by gates of its own, which are the second half.
 */
export const forgetGates: Peer = (entry) => {
  const { x, weight, bias } = entry.inputs;
  const { causal = true, heads: named, post_log_scale: scale = 1 } = entry.params as ForgetParams;
  const [batch, length, dim] = x!.shape as [number, number, number];
  const heads = named ?? weight!.shape[0]! / (causal ? 1 : 2);
  const k = floats([batch, heads, length, dim], (row, _, i, d) => x!.data[(row * length + i) * dim + d]!);
  const attention = { q: zeros(...k.shape), k, products: zeros(batch, heads, length, length) };
  const scoresOf = (half: number) => {
    const part = ({ data }: ReferenceTensor, ...rest: number[]) => {
      const size = heads * rest.reduce((a, b) => a * b, 1);
      return array(Float32Array.from(Array.from(data).slice(half * size, (half + 1) * size)), [
        heads,
        ...rest,
      ]);
    };
    const values = { weight: part(weight!, dim, 1), bias: part(bias!, 1, 1) };
    return bind(forgetting({ heads, dim }), typedArrays, values)(attention, range(length), range(length));
  };
  const [before, after] = [scoresOf(0), causal ? undefined : scoresOf(1)];
  const got = floats(before.shape, (row, head, i, j) => {
    const at = ((row * heads + head) * length + i) * length + j;
    const own = after === undefined || j < i ? before.data[at]! : -after.data[at]!;
    return scale * own;
  });
  return beside(entry, "bias", got, "chain");
};

interface ForgetParams {
  readonly causal?: boolean;
  readonly heads?: number;
  readonly post_log_scale?: number;
}

/** [length, 1, dim], sines and then cosines. */
export const relativeSinusoids: Peer = (entry) => {
  const { pos_seq } = entry.inputs;
  return sinusoidsAt(entry, tensor(pos_seq!), entry.params.demb as number);
};

function sinusoidsAt(entry: ReferenceCase, positions: NdArray, dim: number): Comparison[] {
  const encoder = sinusoidal({ dim, layout: "concatenated", positions: "real" });
  const [output] = Object.keys(entry.outputs) as [string];
  const { data } = encoder.vectors(typedArrays, positions, {});
  return beside(entry, output, array(data, entry.outputs[output]!.shape), "table");
}

/**
 * The shift trick moves column m of x, which holds the score at distance n − 1 − m, to where a query and a key are so
 * far apart. We read the score at the distance itself. What lies to the right of a query is left over from the trick,
 * and is taken as it is.
 */
export const relativeShift: Peer = (entry) => {
  const { x } = entry.inputs;
  const [queries, keys, batch, heads] = x!.shape as [number, number, number, number];
  const each = batch * heads;
  const theirs = entry.outputs.out!;
  const got = floats([queries, keys, each], (i, j, rest) => {
    const distance = i - j + keys - queries;
    const column = keys - 1 - distance;
    const from = distance >= 0 ? x! : theirs;
    return from.data[(i * keys + (distance >= 0 ? column : j)) * each + rest]!;
  });
  return beside(entry, "out", array(got.data, x!.shape), "arithmetic");
};

interface XlnetParams {
  readonly d_model?: number;
  readonly demb?: number;
  readonly qlen?: number;
  readonly klen?: number;
}

/**
 * XLNet attends to both sides: scores come for the distances klen, klen − 1 … 1 − qlen, and each query takes those of
 * its keys, [q, r, batch, heads] or [batch, heads, q, r]. Its sinusoids stand at the same distances.
 */
export const xlnet: Peer = (entry) => {
  const params = entry.params as XlnetParams;
  const { x, pos_seq } = entry.inputs;
  if (x === undefined) {
    const { qlen = 0, klen = 0 } = params;
    const distances = floats([klen + qlen], (i) => klen - i);
    const dim = params.d_model ?? params.demb ?? Object.values(entry.outputs)[0]!.shape.at(-1)!;
    return sinusoidsAt(entry, pos_seq ? tensor(pos_seq) : distances, dim);
  }
  const [output] = Object.keys(entry.outputs) as [string];
  const want = entry.outputs[output]!.shape;
  const last = x.shape[0] === want[0] && x.shape[1] === want[1] && x.shape[3] !== want[3];
  const [a, b] = last ? [2, 3] : [0, 1];
  const queries = x.shape[a]!;
  const strides = x.shape.map((_, axis) => x.shape.slice(axis + 1).reduce((p, n) => p * n, 1));
  const got = floats(want, (...at) => {
    const from = at.map((index, axis) => (axis === b ? queries - at[a]! + index : index));
    return x.data[from.reduce((sum, index, axis) => sum + index * strides[axis]!, 0)]!;
  });
  return beside(entry, output, got, "arithmetic");
};
