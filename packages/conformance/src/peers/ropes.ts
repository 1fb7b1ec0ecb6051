import {
  array,
  bind,
  type NdArray,
  type Pairing,
  type RotaryEncoder,
  range,
  rope,
  typedArrays,
} from "@posenc/core";
import type { ReferenceCase, ReferenceTensor } from "../reference.ts";
import { beside, type Comparison, type Later, type Peer } from "./comparison.ts";
import { positionsOf } from "./sinusoids.ts";

const { concat, expandDims, flatten, rotate, swapAxes } = typedArrays;

interface RopeParameters {
  readonly rope_type?: string;
  readonly type?: string;
  readonly rope_theta?: number;
}

interface Params {
  readonly pairing: string;
  readonly layout: string;
  readonly head_dim?: number;
  readonly rotary_dim?: number;
  readonly rope_theta?: number;
  readonly rope_parameters?: RopeParameters;
  readonly rope_scaling?: RopeParameters | null;
  readonly start_pos?: number;
  readonly start_index?: number;
  readonly past?: number;
  readonly max_wavelength?: number;
  readonly scaling_factor?: number;
}

const pairings: Record<string, Pairing> = { half: "halves", interleaved: "interleaved" };

/** Their layout of heads and rows to ours, [..., heads, length, dim], and back: one swap does both. */
const layouts: Record<string, (x: NdArray) => NdArray> = {
  bhsd: (x) => x,
  bshd: (x) => swapAxes(x, -3, -2),
  shd: (x) => swapAxes(x, -3, -2),
};

const floatsOf = ({ data, shape }: ReferenceTensor): NdArray => array(Float32Array.from(data), shape);

function scaling({ rope_parameters, rope_scaling, scaling_factor = 1 }: Params): Later | undefined {
  const { rope_type, type } = rope_scaling ?? rope_parameters ?? {};
  const name = rope_type ?? type ?? "default";
  if (name !== "default") return { later: `frequencies scaled by ${name}` };
  return scaling_factor === 1 ? undefined : { later: "frequencies scaled by linear" };
}

/** Queries, keys, values or x before and after. */
export const ropes: Peer = (entry) => {
  const params = entry.params as unknown as Params;
  const tensors = Object.entries(entry.inputs).filter(([name]) => name in entry.outputs);
  const later = scaling(params);
  if (later) return later;
  const pairing = pairings[params.pairing];
  const layout = layouts[params.layout];
  if (!pairing || !layout) return { later: `pairing ${params.pairing}, layout ${params.layout}` };

  const [, first] = tensors[0]!;
  const dim = params.head_dim ?? first.shape.at(-1)!;
  const rotaryDim = params.rotary_dim ?? dim;
  const base = params.rope_parameters?.rope_theta ?? params.rope_theta ?? params.max_wavelength ?? 10_000;
  const encoder = rope({ dim, rotaryDim, base, pairing });
  const apply = bind(encoder, typedArrays, {});
  const length = layout(floatsOf(first)).shape.at(-2)!;
  const positions = positionsIn(entry, params, length);

  const turned = tensors.flatMap(([name, tensor]) => {
    const x = layout(floatsOf(tensor));
    return beside(entry, name, layout(apply(x, x, positions)[0]), "arithmetic");
  });
  return [...turned, ...tables(entry, encoder, positions)];
};

function positionsIn({ inputs }: ReferenceCase, params: Params, length: number): NdArray {
  const given = inputs.position_ids ?? inputs.positions;
  if (given) return positionsOf(given.data, given.shape);
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
  const how = { pairing: pairings[params.pairing]!, dim, rotaryDim: params.rotary_dim ?? dim };
  const got = layout(rotate(x, { sin: turn("sin"), cos: turn("cos") }, how));
  return beside(entry, "x", got, "arithmetic");
};

/** keras-hub: [batch, length, (heads,) dim], pairs in halves. */
export const kerasRope: Peer = (entry) => {
  const three = entry.inputs.x!.shape.length === 3;
  return ropes({ ...entry, params: { ...entry.params, pairing: "half", layout: three ? "bhsd" : "bshd" } });
};

interface Config {
  readonly head_dim: number;
  readonly rope_theta?: number;
  readonly rope_scaling?: RopeParameters | null;
}

/** Tables of a model's configuration at some positions. */
export const ropeTables: Peer = (entry) => {
  const {
    head_dim: dim,
    rope_theta: base = 10_000,
    rope_scaling = null,
  } = entry.params.config_json as Config;
  const later = scaling({ pairing: "half", layout: "bhsd", rope_scaling });
  if (later) return later;
  const { data, shape } = entry.inputs.position_ids!;
  return tables(entry, rope({ dim, base }), positionsOf(data, shape));
};
