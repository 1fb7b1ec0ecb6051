import { array, bind, cope, forgetting, type NdArray, range, sinusoidal, typedArrays } from "@posenc/core";
import { floats } from "../expect.ts";
import type { ReferenceTensor } from "../reference.ts";
import { beside, type Peer } from "./comparison.ts";

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
  return beside(entry, "bias", got, "arithmetic");
};

/** Their gates come from what the keys are made of: the same for every head. */
export const forgetGates: Peer = (entry) => {
  const { x, weight, bias } = entry.inputs;
  const [batch, length, dim] = x!.shape as [number, number, number];
  const heads = weight!.shape[0]!;
  const k = floats([batch, heads, length, dim], (row, _, i, d) => x!.data[(row * length + i) * dim + d]!);
  const values = { weight: tensor(weight!, [heads, dim, 1]), bias: tensor(bias!, [heads, 1, 1]) };
  const attention = { q: zeros(...k.shape), k, products: zeros(batch, heads, length, length) };
  const got = bind(forgetting({ heads, dim }), typedArrays, values)(attention, range(length), range(length));
  return beside(entry, "bias", got, "arithmetic");
};

/** [length, 1, dim], sines and then cosines. */
export const relativeSinusoids: Peer = (entry) => {
  const { pos_seq } = entry.inputs;
  const dim = entry.params.demb as number;
  const encoder = sinusoidal({ dim, layout: "concatenated", positions: "real" });
  const table = encoder.vectors(typedArrays, tensor(pos_seq!), {});
  return beside(entry, "out", array(table.data, [pos_seq!.shape[0]!, 1, dim]), "table");
};

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
