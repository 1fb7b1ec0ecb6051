import {
  axialRope,
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
    ...(factor !== 1 && { scaling: { type: "linear", factor } }),
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
  return turnings(entry, {
    encoder: rope(optionsOf(params, dimOf(q!))),
    positions: range(rows(q!), before + offset),
    ...(k && { keyPositions: range(rows(k)) }),
    layout,
  });
};

/** rotary-embedding-torch and x-transformers, queries and keys of one length. */
export const lucidXpos: Peer = (entry) => {
  const params = entry.params as unknown as Params;
  const { q } = entry.inputs;
  const length = rowsOf(q!);
  const options = optionsOf(params, dimOf(q!));
  const base = params.xpos_scale_base ?? params.scale_base ?? 512;
  // rotary-embedding-torch scales by interpolated positions, x-transformers by whole ones
  const factor = params.interpolate_factor ?? 1;
  const scale =
    factor === 1
      ? { scaleBase: base, length }
      : { scaleBase: base * factor, centre: factor * Math.floor(length / 2) };
  return turnings(entry, { encoder: xpos({ ...options, ...scale }), positions: range(length) });
};

export const xTransformers: Peer = (entry) => {
  const params = entry.params as unknown as Params;
  const { q } = entry.inputs;
  if (params.use_xpos) return lucidXpos(entry);
  return turnings(entry, { encoder: rope(optionsOf(params, dimOf(q!))), positions: range(rowsOf(q!)) });
};

interface Axial extends Params {
  readonly dims: readonly number[];
  readonly freqs_for: "pixel" | "lang";
  readonly max_freq: number;
}

/** A grid whose axes have `dim` dimensions each; x is [..., ...dims, dim], rows and columns apart. */
export const lucidAxial: Peer = (entry) => {
  const { dim: perAxis, dims, freqs_for, max_freq, theta: base = 10_000 } = entry.params as unknown as Axial;
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
          positions: ends.positions,
          encoder: axialRope({
            ...common,
            positions: "real",
            frequencies: "linear",
            maxFrequency: max_freq,
            scale: ends.scale,
          }),
        }
      : { positions: patchPositions({ grid: dims }), encoder: axialRope({ ...common, base }) };
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
