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
  yarnScaling,
} from "@posenc/core";
import type { ReferenceCase, ReferenceTensor } from "../reference.ts";
import { beside, type Comparison, type Peer } from "./comparison.ts";
import { positionsList, positionsOf } from "./sinusoids.ts";

const { concat, expandDims, flatten, gather, rotate, swapAxes, unflatten } = typedArrays;

interface Params {
  readonly pairing: string;
  readonly layout: string;
  readonly head_dim?: number;
  readonly rotary_dim?: number;
  readonly rope_theta?: number;
  readonly rope_parameters?: object;
  readonly rope_scaling?: object | null;
  readonly max_position_embeddings?: number;
  readonly positions?: readonly number[] | readonly (readonly number[])[] | null;
  readonly start_pos?: number;
  readonly start_index?: number;
  readonly past?: number;
  readonly rotary_value?: boolean;
  readonly max_wavelength?: number;
  readonly scaling_factor?: number;
  readonly rope_type?: string;
  readonly sequence_axis?: number;
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
  const encoder = rope({
    ...optionsOf(params, first.shape.at(-1)!, lengthOf(positions)),
    ...pairing,
    positions: positions.data instanceof Int32Array ? "index" : "real",
  });
  const apply = bind(encoder, typedArrays, {});

  const turned = tensors.flatMap(([name, tensor]) => {
    const x = layout(floatsOf(tensor));
    const still = name === "v" && params.rotary_value === false;
    return beside(entry, name, layout(still ? x : apply(x, x, positions)[0]), "arithmetic");
  });
  return [...turned, ...tables(entry, encoder, positions)];
};

/** The frequencies of a case, its parameters read as a model's config. */
function optionsOf(params: Params, dim: number, length: number): RopeFrequencyOptions {
  const { head_dim = dim, rotary_dim, rope_scaling, max_position_embeddings } = params;
  const config = {
    head_dim,
    rotary_dim,
    max_position_embeddings,
    rope_theta: params.rope_theta ?? params.max_wavelength,
    rope_parameters: params.rope_parameters ?? rope_scaling ?? {},
  };
  return frequencyOptions(ropeFromConfig(config, { length }).encoder);
}

/** Those of the options of `rope` that set its frequencies. */
export function frequencyOptions({ options }: RotaryEncoder): RopeFrequencyOptions {
  const { dim, rotaryDim, base, scaling } = options as unknown as Required<RopeFrequencyOptions>;
  return { dim, rotaryDim, base, ...(scaling && { scaling }) };
}

/** The length that a module of transformers takes to be in force: up to the last position. */
const lengthOf = ({ data }: NdArray): number => 1 + Math.ceil(Math.max(0, ...data));

function positionsIn({ inputs }: ReferenceCase, params: Params, length: number): NdArray {
  const given = inputs.position_ids ?? inputs.positions ?? inputs.input_pos;
  if (given) return positionsOf(given.data, given.shape);
  if (params.positions) return positionsList(params.positions);
  return range(length, params.start_pos ?? params.start_index ?? params.past ?? 0);
}

/** [..., half] → [..., 2·half], as each peer lays out its tables. */
const widen: Record<string, (half: NdArray) => NdArray> = {
  halves: (x) => concat([x, x], -1),
  pairs: (x) => flatten(concat([expandDims(x, -1), expandDims(x, -1)], -1), 2 * x.shape.at(-1)!),
};
/** Cohere repeats each entry, all others the table: a table tells it by itself. */
const repeatsEntries = ({ data }: ReferenceTensor): boolean =>
  Array.from(data).every((value, i) => value === data[i - (i % 2)]);

/** The tables that the peer returned beside the tensors. */
function tables(entry: ReferenceCase, encoder: RotaryEncoder, positions: NdArray): Comparison[] {
  const turn = encoder.turns(typedArrays, positions, {});
  const shown = (["cos", "sin"] as const).flatMap((name) => {
    const theirs = entry.outputs[name];
    if (!theirs) return [];
    const half = theirs.shape.at(-1) === encoder.rotaryDim / 2;
    const got = half ? turn[name] : widen[repeatsEntries(theirs) ? "pairs" : "halves"]!(turn[name]);
    return beside(entry, name, got, "table");
  });
  const both = entry.outputs.sinusoidal_pos;
  const joined = both
    ? beside(
        entry,
        "sinusoidal_pos",
        array(concat([turn.sin, turn.cos], -1).data as Float32Array, both.shape),
        "table",
      )
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
const kerasScalings: Readonly<Record<string, (factor: number, dim: number) => object>> = {
  linear: (factor) => ({ rope_type: "linear", factor }),
  dynamic: (factor, dim) => ({ rope_type: "linear", factor: factor ** (dim / (dim - 2)) }),
};

interface KerasYarn {
  readonly scaling_factor?: number;
  readonly max_wavelength?: number;
  readonly beta_fast?: number;
  readonly beta_slow?: number;
  readonly original_max_position_embeddings?: number;
  readonly truncate?: boolean;
}

/** keras-hub's yarn: the ramp ends within the pairs, and `truncate` holds positions at the original length too. */
function kerasYarn(params: KerasYarn, dim: number, positions: NdArray) {
  const { scaling_factor: factor = 1, max_wavelength: base = 10_000, truncate = false } = params;
  const { original_max_position_embeddings: original = 4096 } = params;
  const held = truncate ? typedArrays.minimum(positions, original) : positions;
  const encoder = rope({
    dim,
    base,
    positions: positions.data instanceof Int32Array ? "index" : "real",
    scaling: yarnScaling({
      factor,
      originalMaxPositionEmbeddings: original,
      betaFast: params.beta_fast ?? 32,
      betaSlow: params.beta_slow ?? 1,
      truncate,
      rampWithin: "pairs",
      attentionFactor: 1 + Math.log(factor) / 10,
    }),
  });
  return { encoder, positions: held };
}

/**
 * keras-hub: [batch, length, (heads,) dim], or with the length at `sequence_axis`; pairs in halves. It multiplies
 * positions and frequencies in float32: where no run in float64 is given, the angle is as far off as that makes it.
 */
export const kerasRope: Peer = (entry) => {
  const x = entry.inputs.x!;
  const dim = x.shape.at(-1)!;
  const { scaling_factor = 1, rope_type = "linear", sequence_axis = 1 } = entry.params as unknown as Params;
  const rank = x.shape.length;
  const layout = (sequence_axis + rank) % rank === rank - 2 ? "bhsd" : "bshd";
  const params = { ...entry.params, pairing: "half", layout } as unknown as Params;
  const arrange = layouts[layout]!;
  const input = arrange(floatsOf(x));
  const at = positionsIn(entry, params, input.shape.at(-2)!);

  const compare = () => {
    if (rope_type === "yarn") {
      const { encoder, positions } = kerasYarn(entry.params, dim, at);
      const [got] = bind(encoder, typedArrays, {})(input, input, positions);
      return beside(entry, "x", arrange(got), "arithmetic");
    }
    const scaling = kerasScalings[rope_type];
    if (!scaling) return { missing: `frequencies scaled by ${rope_type}` };
    return ropes({ ...entry, params: { ...params, rope_parameters: scaling(scaling_factor, dim) } });
  };
  const comparisons = compare();
  if ("missing" in comparisons || entry.outputs64.x) return comparisons;
  const angleError = lengthOf(at) * 2 ** -23 * Math.max(...input.data.map(Math.abs));
  return comparisons.map((comparison) => ({
    ...comparison,
    tolerance: (want, i) => comparison.tolerance(want, i) + angleError,
  }));
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
