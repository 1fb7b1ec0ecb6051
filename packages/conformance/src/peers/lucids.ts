import {
  array,
  axialRope,
  linearScaling,
  type NdArray,
  patchPositions,
  type RopeOptions,
  range,
  rope,
  typedArrays,
  type XposOptions,
  xpos,
} from "@posenc/core";
import type { ReferenceTensor } from "../reference.ts";
import { beside, type Peer } from "./comparison.ts";
import { betweenEnds } from "./grids.ts";
import { pairings, turnings } from "./turnings.ts";

interface Params {
  readonly dim: number;
  readonly head_dim?: number;
  readonly pairing?: string;
  readonly theta?: number;
  readonly base?: number;
  readonly offset?: number;
  /** lucidrains and x-transformers spell it differently. */
  readonly interpolate_factor?: number;
  readonly interpolation_factor?: number;
  readonly theta_rescale_factor?: number;
  readonly base_rescale_factor?: number;
  readonly seq_before_head_dim?: boolean;
  readonly use_xpos?: boolean;
  readonly xpos_scale_base?: number;
  readonly scale_base?: number;
  readonly seq_len?: number;
  readonly seqlen?: number;
  readonly freqs_for?: "lang" | "pixel" | "constant";
  readonly max_freq?: number;
}

/** What RoPE and xPos have in common here. */
function optionsOf(params: Params, headDim: number): RopeOptions & XposOptions {
  const { dim, pairing = "interleaved", theta, base = theta ?? 10_000 } = params;
  const { interpolate_factor: factor = params.interpolation_factor ?? 1 } = params;
  const { theta_rescale_factor: rescale = params.base_rescale_factor ?? 1 } = params;
  return {
    dim: headDim,
    rotaryDim: dim,
    base: base * rescale ** (dim / (dim - 2)),
    pairing: pairings[pairing]!,
    ...(factor !== 1 && { scaling: linearScaling({ factor }) }),
  };
}

const dimOf = ({ shape }: ReferenceTensor): number => shape.at(-1)!;
const rowsOf = ({ shape }: ReferenceTensor): number => shape.at(-2)!;

/** rotary-embedding-torch in one dimension: x, or a few queries and all the keys. The offset is not the keys'. */
export const lucid: Peer = (entry) => {
  const params = entry.params as unknown as Params;
  const { offset = 0, seq_before_head_dim: rowsFirst = false } = params;
  const { x, q = x!, k } = entry.inputs;
  const layout = rowsFirst ? "bshd" : "bhsd";
  const rows = (tensor: ReferenceTensor) => (rowsFirst ? tensor.shape.at(-3)! : rowsOf(tensor));
  const before = k ? rows(k) - rows(q!) : 0;
  const { freqs_for = "lang" } = params;
  const rotated = freqs_for === "lang" ? rope(optionsOf(params, dimOf(q!))) : onLine(params, dimOf(q!));
  const placesOf = (count: number, from: number) =>
    freqs_for === "lang" ? range(count, from) : array(range(count, from).data, [count, 1]);
  return turnings(entry, {
    encoder: rotated,
    positions: placesOf(rows(q!), before + offset),
    ...(k && { keyPositions: placesOf(rows(k), 0) }),
    layout,
  });
};

/** In one dimension at frequencies that are not RoPE's: linear ones, or all 1. */
function onLine({ dim, freqs_for, max_freq = 10, interpolate_factor = 1 }: Params, headDim: number) {
  const common = {
    dim: headDim,
    rotaryDim: dim,
    axes: 1,
    pairing: "interleaved",
    scale: 1 / interpolate_factor,
  } as const;
  return freqs_for === "pixel"
    ? axialRope({ ...common, frequencies: "linear", maxFrequency: max_freq })
    : axialRope({ ...common, frequencies: new Array<number>(dim / 2).fill(1) });
}

/** rotary-embedding-torch and x-transformers: queries and keys that end at one place, of `seq_len` in all. */
export const lucidXpos: Peer = (entry) => {
  const params = entry.params as unknown as Params;
  const { q, k } = entry.inputs;
  const rowsFirst = params.seq_before_head_dim === true;
  const rows = (tensor: ReferenceTensor) => (rowsFirst ? tensor.shape.at(-3)! : rowsOf(tensor));
  const length = params.seq_len ?? Math.max(rows(q!), rows(k!));
  const options = optionsOf(params, dimOf(q!));
  const base = params.xpos_scale_base ?? params.scale_base ?? 512;
  // rotary-embedding-torch scales by interpolated positions, x-transformers by whole ones
  const factor = params.interpolate_factor ?? 1;
  const scale =
    factor === 1
      ? { scaleBase: base, length }
      : { scaleBase: base * factor, centre: factor * Math.floor(length / 2) };
  return turnings(entry, {
    encoder: xpos({ ...options, ...scale }),
    ...lastOf(rows(q!), rows(k!), length),
    layout: rowsFirst ? "bshd" : "bhsd",
  });
};

/** The last positions of `length`; tables are for all of them. */
const lastOf = (queries: number, keys: number, length: number) => ({
  positions: range(queries, length - queries),
  keyPositions: range(keys, length - keys),
  tablePositions: range(length),
});

export const xTransformers: Peer = (entry) => {
  const params = entry.params as unknown as Params;
  const { q, k = q! } = entry.inputs;
  if (params.use_xpos) return lucidXpos(entry);
  const [queries, keys] = [rowsOf(q!), rowsOf(k)];
  const { seq_len: length = Math.max(queries, keys) } = params;
  return turnings(entry, {
    encoder: rope(optionsOf(params, dimOf(q!))),
    ...lastOf(queries, keys, length),
  });
};

interface Axial extends Params {
  readonly dims: readonly number[];
  readonly offsets?: readonly number[] | null;
}

/** Each axis moved by its offset. */
function movedBy({ data, shape }: NdArray, offsets: readonly number[] | null | undefined): NdArray {
  return array(
    Float32Array.from(data, (place, i) => place + (offsets?.[i % shape.at(-1)!] ?? 0)),
    shape,
  );
}

/** A grid whose axes have `dim` dimensions each; x is [..., ...dims, dim], rows and columns apart. */
export const lucidAxial: Peer = (entry) => {
  const { dim: perAxis, dims, max_freq = 10, theta: base = 10_000 } = entry.params as unknown as Axial;
  const { freqs_for = "lang", offsets } = entry.params as unknown as Axial;
  const dim = dimOf(entry.inputs.x!);
  const common = {
    dim,
    rotaryDim: perAxis * dims.length,
    axes: dims.length,
    pairing: "interleaved",
  } as const;
  const ends = betweenEnds(dims);
  const how =
    freqs_for === "pixel"
      ? {
          // coordinates are multiplied by the scale only later
          positions: movedBy(
            ends.positions,
            offsets?.map((offset, axis) => offset / ends.scale[axis]!),
          ),
          encoder: axialRope({
            ...common,
            positions: "real",
            frequencies: "linear",
            maxFrequency: max_freq,
            scale: ends.scale,
          }),
        }
      : {
          positions: movedBy(patchPositions({ grid: dims }), offsets),
          encoder: axialRope({
            ...common,
            positions: "real",
            ...(freqs_for === "lang" ? { base } : { frequencies: new Array<number>(perAxis / 2).fill(1) }),
          }),
        };
  const tokens = how.positions.shape[0]!;
  const inRows = <T extends ReferenceTensor>(tensor: T): T => {
    const lead = tensor.shape.slice(0, -1 - dims.length);
    return { ...tensor, shape: [...lead, tokens, dimOf(tensor)] };
  };
  const each = (tensors: Readonly<Record<string, ReferenceTensor>>) =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, inRows(tensor)]));
  const { inputs, outputs, outputs64 } = entry;
  const flat = { ...entry, inputs: each(inputs), outputs: each(outputs), outputs64: each(outputs64) };
  return turnings(flat, how);
};

interface Torchscale {
  readonly head_dim: number;
  readonly scale_base: number;
  readonly offset?: number;
  readonly pairing: string;
}

/** x as a query and as a key; the centre is the middle of all positions so far, rounded up. */
export const torchscale: Peer = (entry) => {
  const { head_dim: dim, scale_base: scaleBase, offset = 0, pairing } = entry.params as unknown as Torchscale;
  const x = entry.inputs.x!;
  const length = rowsOf(x);
  return turnings(
    { ...entry, inputs: { q: x, k: x } },
    {
      encoder: xpos({
        dim,
        scaleBase,
        pairing: pairings[pairing]!,
        centre: Math.ceil((length + offset) / 2),
      }),
      positions: range(length, offset),
    },
  );
};

/** Tables of queries and of keys. */
export const flashXpos: Peer = (entry) => {
  const {
    dim,
    seqlen: length = 0,
    scale_base: scaleBase = 512,
    base = 10_000,
  } = entry.params as unknown as Params;
  const { turns, keyTurns } = xpos({ dim, scaleBase, base, length });
  return [turns, keyTurns!].flatMap((make, i) => {
    const turn = make(typedArrays, range(length), {});
    return (["cos", "sin"] as const).flatMap((part) =>
      beside(entry, `${part}_${i === 0 ? "q" : "k"}`, turn[part], "arithmetic"),
    );
  });
};
