import {
  alibiSlopes,
  array,
  type BiasEncoder,
  bind,
  dynamicPositionBias,
  fire,
  kerple,
  type NdArray,
  range,
  typedArrays,
} from "@posenc/core";
import type { ReferenceCase, ReferenceTensor } from "../reference.ts";
import { beside, type Peer } from "./comparison.ts";

interface Params {
  readonly heads: number;
  readonly num_heads: number;
  readonly sq: number;
  readonly sk: number;
  readonly eps: number;
  readonly pos_emb: string;
  readonly mlp_width: number;
  readonly c: number;
  readonly init_L: number;
  readonly L_multiplier: number;
  readonly seq_len: number;
  readonly dim: number;
  readonly depth: number;
  readonly log_distance?: boolean;
  readonly norm?: boolean;
  readonly i: number;
  readonly j: number;
}
const paramsOf = ({ params }: ReferenceCase): Params => params as unknown as Params;

type Values = Readonly<Record<string, NdArray>>;
const tensor = ({ data, shape }: Pick<ReferenceTensor, "data" | "shape">): NdArray =>
  array(Float32Array.from(data), shape);
const mapped = (x: ReferenceTensor, f: (value: number) => number): NdArray =>
  tensor({ shape: x.shape, data: Array.from(x.data, f) });
/** A weight [out, in] of torch as ours, [in, out]. */
const weight = (x: ReferenceTensor): NdArray => typedArrays.swapAxes(tensor(x), -2, -1);

function scores(encoder: BiasEncoder, values: Values, queries: NdArray, keys: NdArray): NdArray {
  return bind(encoder, typedArrays, values)(queries, keys);
}
const inBatch = (x: NdArray): NdArray => array(x.data as Float32Array, [1, ...x.shape]);

/** The queries stand last. */
const lastOf = (queries: number, keys: number): [NdArray, NdArray] => [
  range(queries, keys - queries),
  range(keys),
];

/** −p · log(1 + a · distance), p and a at least eps. */
export const kerpleLog: Peer = (entry) => {
  const { heads, sq, sk, eps } = paramsOf(entry);
  const atLeast = (name: string) => mapped(entry.inputs[name]!, (value) => Math.max(value, eps));
  const encoder = kerple({ heads, direction: "causal" });
  const values = { amplitude: atLeast("bias_p"), rate: atLeast("bias_a") };
  return beside(entry, "bias", inBatch(scores(encoder, values, ...lastOf(sq, sk))), "arithmetic");
};

/**
 * scores · e^(−a · distance^p) − a · distance^p, with a and p of their own for the factor and the bias, each 1
 * where it is missing. Both exponents are a bias of ours.
 */
export const kerplePower: Peer = (entry) => {
  const { heads, eps, pos_emb } = paramsOf(entry);
  const x = tensor(entry.inputs.x!);
  const [queries, keys] = x.shape.slice(-2) as [number, number];
  const each = (value: (head: number) => number): ReferenceTensor => ({
    dtype: "float32",
    shape: [heads, 1, 1],
    data: Array.from({ length: heads }, (_, head) => value(head)),
  });
  const slopes = pos_emb.endsWith("original") ? each((head) => alibiSlopes(heads)[head]!) : undefined;

  const kernel = (part: string, given?: ReferenceTensor): NdArray | undefined => {
    const [a, p] = [entry.inputs[`${part}_a`] ?? given, entry.inputs[`${part}_p`]];
    if (!(a || p)) return undefined;
    const within = (power: number) => Math.min(Math.max(power, eps), 2);
    const logit = (power: number) => Math.log(within(power) / (2 - within(power)));
    const values = {
      amplitude: mapped(a ?? each(() => 1), (value) => Math.max(value, eps)),
      logitPower: mapped(p ?? each(() => 1), logit),
    };
    const encoder = kerple({ heads, kernel: "power", direction: "causal" });
    return scores(encoder, values, ...lastOf(queries, keys));
  };
  const { add, exp, mul } = typedArrays;
  const [factor, bias] = [kernel("wei"), kernel("bias", slopes)];
  return beside(
    entry,
    "scores",
    add(factor ? mul(x, exp(factor)) : x, bias ?? array(new Float32Array(1))),
    "arithmetic",
  );
};

/** [1, heads, n, n], to both sides. */
export const fireScores: Peer = (entry) => {
  const { num_heads, mlp_width, c, init_L, L_multiplier, seq_len } = paramsOf(entry);
  const encoder = fire({ heads: num_heads, width: mlp_width, threshold: init_L, rate: c });
  const { w1, b1, w2, b2 } = entry.inputs;
  const values = {
    rate: array(Float32Array.of(c)),
    multiplier: array(Float32Array.of(L_multiplier)),
    "hidden.weight": weight(w1!),
    "hidden.bias": tensor(b1!),
    "output.weight": weight(w2!),
    "output.bias": tensor(b2!),
  };
  const got = scores(encoder, values, range(seq_len), range(seq_len));
  return beside(entry, "bias", inBatch(got), "chain");
};

/** [heads, i, j]; weights by the names of a state dict. */
export const dynamicScores: Peer = (entry) => {
  const { dim: width, heads, depth, log_distance: logDistance = false, norm = false, i, j } = paramsOf(entry);
  const encoder = dynamicPositionBias({ heads, width, depth, logDistance, norm });
  const input = (...names: string[]) => names.map((name) => entry.inputs[`mlp.${name}`]).find(Boolean);
  const values: Record<string, NdArray> = {
    "output.weight": weight(input(`${depth}.weight`)!),
    "output.bias": tensor(input(`${depth}.bias`)!),
  };
  const filled = (value: number): ReferenceTensor => ({
    dtype: "float32",
    shape: [width],
    data: new Float32Array(width).fill(value),
  });
  for (let layer = 0; layer < depth; layer++) {
    values[`hidden.${layer}.weight`] = weight(input(`${layer}.0.weight`)!);
    values[`hidden.${layer}.bias`] = tensor(input(`${layer}.0.bias`)!);
    if (norm) {
      const gain = input(`${layer}.1.weight`, `${layer}.1.gamma`) ?? filled(1);
      values[`hidden.${layer}.norm.gain`] = tensor(gain);
      values[`hidden.${layer}.norm.bias`] = tensor(input(`${layer}.1.bias`, `${layer}.1.beta`) ?? filled(0));
    }
  }
  return beside(entry, "bias", scores(encoder, values, ...lastOf(i, j)), "chain");
};
