import {
  array,
  bind,
  type NdArray,
  type Pairing,
  permutePairing,
  type RopeFrequencyOptions,
  type RotaryEncoder,
  range,
  rope,
  ropeFromConfig,
  typedArrays,
} from "@posenc/core";
import type { ReferenceCase, ReferenceTensor } from "../reference.ts";
import { beside, type Comparison, type Peer } from "./comparison.ts";
import { positionsOf } from "./sinusoids.ts";

const { concat, expandDims, flatten, gather, rotate, swapAxes, unflatten } = typedArrays;

interface Params {
  readonly pairing: string;
  readonly layout: string;
  readonly head_dim?: number;
  readonly rotary_dim?: number;
  readonly rope_theta?: number;
  readonly rope_parameters?: object;
  readonly max_position_embeddings?: number;
  readonly positions?: readonly number[] | null;
  readonly start_pos?: number;
  readonly start_index?: number;
  readonly past?: number;
  readonly max_wavelength?: number;
  readonly scaling_factor?: number;
  readonly rope_type?: string;
}

const pairings: Readonly<Record<string, { readonly pairing: Pairing; readonly outputPairing?: Pairing }>> = {
  half: { pairing: "halves" },
  interleaved: { pairing: "interleaved" },
  "interleaved-in/half-out": { pairing: "interleaved", outputPairing: "halves" },
};

/** Their layout of heads and rows to ours, [..., heads, length, dim], and back: one swap does both. */
const layouts: Record<string, (x: NdArray) => NdArray> = {
  bhsd: (x) => x,
  bshd: (x) => swapAxes(x, -3, -2),
  shd: (x) => swapAxes(x, -3, -2),
};

const floatsOf = ({ data, shape }: ReferenceTensor): NdArray => array(Float32Array.from(data), shape);

/** Queries, keys, values or x before and after. */
export const ropes: Peer = (entry) => {
  const params = entry.params as unknown as Params;
  const tensors = Object.entries(entry.inputs).filter(([name]) => name in entry.outputs);
  const pairing = pairings[params.pairing];
  const layout = layouts[params.layout];
  if (!pairing || !layout) return { missing: `pairing ${params.pairing}, layout ${params.layout}` };

  const [, first] = tensors[0]!;
  const length = layout(floatsOf(first)).shape.at(-2)!;
  const positions = positionsIn(entry, params, length);
  const encoder = rope({ ...optionsOf(params, first.shape.at(-1)!, lengthOf(positions)), ...pairing });
  const apply = bind(encoder, typedArrays, {});

  const turned = tensors.flatMap(([name, tensor]) => {
    const x = layout(floatsOf(tensor));
    return beside(entry, name, layout(apply(x, x, positions)[0]), "arithmetic");
  });
  return [...turned, ...tables(entry, encoder, positions)];
};

/** The frequencies of a case, its parameters read as a model's config. */
function optionsOf(params: Params, dim: number, length: number): RopeFrequencyOptions {
  const { head_dim = dim, rotary_dim, rope_parameters = {}, max_position_embeddings } = params;
  const config = {
    head_dim,
    rotary_dim,
    max_position_embeddings,
    rope_theta: params.rope_theta ?? params.max_wavelength,
    rope_parameters,
  };
  return frequencyOptions(ropeFromConfig(config, { length }).encoder);
}

/** Those of the options of `rope` that set its frequencies. */
export function frequencyOptions({ options }: RotaryEncoder): RopeFrequencyOptions {
  const { dim, rotaryDim, base, scaling } = options as unknown as Required<RopeFrequencyOptions>;
  return { dim, rotaryDim, base, ...(scaling && { scaling }) };
}

/** The length that a module of transformers takes to be in force: up to the last position. */
const lengthOf = ({ data }: NdArray): number => 1 + Math.max(0, ...data);

function positionsIn({ inputs }: ReferenceCase, params: Params, length: number): NdArray {
  const given = inputs.position_ids ?? inputs.positions;
  if (given) return positionsOf(given.data, given.shape);
  if (params.positions) return positionsOf(params.positions, [params.positions.length]);
  return range(length, params.start_pos ?? params.start_index ?? params.past ?? 0);
}

/** [..., half] → [..., 2·half], as each peer lays out its tables. */
const widen: Record<string, (half: NdArray) => NdArray> = {
  halves: (x) => concat([x, x], -1),
  pairs: (x) => flatten(concat([expandDims(x, -1), expandDims(x, -1)], -1), 2 * x.shape.at(-1)!),
};
/** Cohere repeats each entry; all others repeat the table. */
const tableLayouts: Record<string, keyof typeof widen> = { cohere: "pairs" };

/** The tables that the peer returned beside the tensors. */
function tables(entry: ReferenceCase, encoder: RotaryEncoder, positions: NdArray): Comparison[] {
  const turn = encoder.turns(typedArrays, positions, {});
  const family = entry.id.split("/")[0]!;
  const shown = (["cos", "sin"] as const).flatMap((name) => {
    const theirs = entry.outputs[name];
    if (!theirs) return [];
    const half = theirs.shape.at(-1) === encoder.rotaryDim / 2;
    const got = half ? turn[name] : widen[tableLayouts[family] ?? "halves"]!(turn[name]);
    return beside(entry, name, got, "table");
  });
  const joined = entry.outputs.sinusoidal_pos
    ? beside(entry, "sinusoidal_pos", expandDims(concat([turn.sin, turn.cos], -1), -3), "table")
    : [];
  return [...shown, ...joined];
}

/** A kernel that is given its tables: [length, half], or [batch, length, half]. */
export const rotateKernels: Peer = (entry) => {
  const params = entry.params as unknown as Params;
  const layout = layouts[params.layout]!;
  const turn = (name: string) => {
    const table = floatsOf(entry.inputs[name]!);
    return table.shape.length === 3 ? expandDims(table, -3) : table;
  };
  const x = layout(floatsOf(entry.inputs.x!));
  const dim = x.shape.at(-1)!;
  const how = { pairing: pairings[params.pairing]!.pairing, dim, rotaryDim: params.rotary_dim ?? dim };
  const got = layout(rotate(x, { sin: turn("sin"), cos: turn("cos") }, how));
  return beside(entry, "x", got, "arithmetic");
};

/** What keras-hub calls dynamic is a fixed division of every frequency by factor^(d / (d − 2)). */
const kerasScalings: Readonly<Record<string, (factor: number, dim: number, params: object) => object>> = {
  linear: (factor) => ({ rope_type: "linear", factor }),
  dynamic: (factor, dim) => ({ rope_type: "linear", factor: factor ** (dim / (dim - 2)) }),
  yarn(factor, _, params) {
    const names = ["beta_fast", "beta_slow", "truncate", "original_max_position_embeddings"];
    const given = Object.entries(params).filter(([name]) => names.includes(name));
    return { rope_type: "yarn", factor, ...Object.fromEntries(given) };
  },
};

/** keras-hub: [batch, length, (heads,) dim], pairs in halves. */
export const kerasRope: Peer = (entry) => {
  const { shape } = entry.inputs.x!;
  const { scaling_factor = 1, rope_type = "linear" } = entry.params as unknown as Params;
  const scaling = kerasScalings[rope_type];
  if (!scaling) return { missing: `frequencies scaled by ${rope_type}` };
  const params = {
    ...entry.params,
    rope_parameters: scaling(scaling_factor, shape.at(-1)!, entry.params),
    pairing: "half",
    layout: shape.length === 3 ? "bhsd" : "bshd",
  };
  return ropes({ ...entry, params });
};

/** Tables of a model's configuration at some positions. */
export const ropeTables: Peer = (entry) => {
  const { data, shape } = entry.inputs.position_ids!;
  const positions = positionsOf(data, shape);
  const { encoder } = ropeFromConfig(entry.params.config_json, { length: lengthOf(positions) });
  return tables(entry, encoder, positions);
};

/** Rows of a projection, from interleaved pairs to halves. */
export const permutedRows: Peer = (entry) => {
  const heads = entry.params.n_heads as number;
  const weight = floatsOf(entry.inputs.weight!);
  return beside(
    entry,
    "weight",
    permutePairing(weight, { heads, from: "interleaved", to: "halves" }),
    "table",
  );
};

interface OnnxAttributes {
  readonly interleaved?: 0 | 1;
  readonly num_heads?: number;
  readonly rotary_embedding_dim?: number;
}

/**
 * The operator RotaryEmbedding of ONNX: rows of a cache at the positions, or a cache of a row for each token; input
 * [batch, heads, length, dim] or [batch, length, heads · dim].
 */
export const onnxRotations: Peer = (entry) => {
  const {
    interleaved = 0,
    num_heads = 0,
    rotary_embedding_dim = 0,
  } = entry.params.attributes as OnnxAttributes;
  const input = floatsOf(entry.inputs.input!);
  const joined = input.shape.length === 3;
  const width = input.shape.at(-1)!;
  const dim = joined ? width / num_heads : width;
  const x = joined ? swapAxes(unflatten(input, [num_heads, dim]), -3, -2) : input;
  const ids = entry.inputs.position_ids;
  const turn = (name: string): NdArray => {
    const cache = floatsOf(entry.inputs[`${name}_cache`]!);
    return expandDims(ids ? gather(cache, positionsOf(ids.data, ids.shape)) : cache, -3);
  };
  const rotaryDim = rotary_embedding_dim || dim;
  const pairing = interleaved ? "interleaved" : "halves";
  const turned = rotate(x, { sin: turn("sin"), cos: turn("cos") }, { pairing, dim, rotaryDim });
  const got = joined ? flatten(swapAxes(turned, -3, -2), width) : turned;
  return beside(entry, "output", got, "arithmetic");
};
