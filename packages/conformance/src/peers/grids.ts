import {
  type AxialRopeOptions,
  array,
  axialRope,
  mixedRope,
  type NdArray,
  type PatchPositionsOptions,
  patchPositions,
} from "@posenc/core";
import { beside, type Peer } from "./comparison.ts";
import { coordinatesOf, floatsOf, integersOf, pairings, rowsTogether, turnings } from "./turnings.ts";

interface Params {
  readonly pairing?: string;
  readonly layout?: string;
  readonly head_dim: number;
  readonly rope_theta?: number;
  readonly theta?: number;
}

/** The options of most peers: the same series for each axis. */
function optionsOf({ pairing = "interleaved", head_dim, rope_theta, theta = 10_000 }: Params) {
  return { dim: head_dim, base: rope_theta ?? theta, pairing: pairings[pairing] ?? "halves" } as const;
}
const layoutOf = ({ layout }: Params) => (layout ? { layout } : {});

/** One series, dealt out to row and column. */
export const pixtral: Peer = (entry) => {
  const params = entry.params as unknown as Params;
  return turnings(entry, {
    encoder: axialRope({ ...optionsOf(params), frequencies: "dealt" }),
    positions: integersOf(entry.inputs.position_ids_hw!),
    ...layoutOf(params),
  });
};

/** The tables of the same, by the size of the image. */
export const mistralGrid: Peer = (entry) => {
  const params = entry.params as unknown as Params & { height: number; width: number };
  return turnings(entry, {
    encoder: axialRope({ ...optionsOf(params), frequencies: "dealt" }),
    positions: patchPositions({ grid: [params.height, params.width] }),
  });
};

interface Qwen extends Params {
  readonly grid_thw: readonly (readonly [number, number, number])[];
  readonly spatial_merge_size: number;
}

/** Images and videos one after the other, each frame in blocks of patches that are merged later. */
export const qwenVision: Peer = (entry) => {
  const params = entry.params as unknown as Qwen;
  const frames = params.grid_thw.flatMap(([frames, ...grid]) =>
    new Array<NdArray>(frames).fill(patchPositions({ grid, merge: params.spatial_merge_size })),
  );
  const positions = rowsTogether(frames);
  const turned = turnings(entry, {
    encoder: axialRope(optionsOf(params)),
    positions,
    ...layoutOf(params),
  });
  return [...turned, ...beside(entry, "position_ids_hw", positions, "table")];
};

/** Halves within the dimensions of each axis; padding stands at −1. */
export const gemmaVision: Peer = (entry) => {
  const params = entry.params as unknown as Params;
  const { positions, domain } = coordinatesOf(entry.inputs.position_ids!);
  return turnings(entry, {
    encoder: axialRope({ ...optionsOf(params), pairing: "halves-per-axis", positions: domain }),
    positions,
    ...layoutOf(params),
  });
};

interface Llama extends Params {
  readonly grid?: number;
  readonly patch_size?: number;
  readonly tile_size?: number;
  readonly append_cls_token?: boolean;
}

/** (column, row) from 1, and a class token that is not turned; as many tiles as there are rows for. Llama 4, torchtune. */
export const llamaVision: Peer = (entry) => {
  const params = entry.params as unknown as Llama;
  const { grid = params.tile_size! / params.patch_size!, append_cls_token: last = true } = params;
  const tile = patchPositions({
    grid: [grid, grid],
    reverse: true,
    first: 1,
    ...(last ? { after: 1 } : { before: 1 }),
  });
  const { q, x = q! } = entry.inputs;
  const rows = x.shape.at(params.layout === "bhsd" ? -2 : -3)!;
  return turnings(entry, {
    encoder: axialRope(optionsOf(params)),
    positions: rowsTogether(new Array<NdArray>(Math.max(1, rows / tile.shape[0]!)).fill(tile)),
    ...layoutOf(params),
  });
};

interface Dino extends Params {
  readonly grid: readonly [number, number];
  readonly prefix_tokens: number;
}

/** 2π times patch centres from −1 to 1; class token and registers first, which are not turned. */
export const dino: Peer = (entry) => {
  const params = entry.params as unknown as Dino;
  const { grid, prefix_tokens: before } = params;
  const centred: PatchPositionsOptions = { grid, centred: true };
  return turnings(entry, {
    encoder: axialRope({
      ...optionsOf(params),
      positions: "real",
      scale: grid.map((length) => (2 * Math.PI) / length),
    }),
    positions: patchPositions({ ...centred, before }),
    tablePositions: patchPositions(centred),
    ...layoutOf(params),
  });
};

interface RopeVit extends Params {
  readonly end_x: number;
  readonly end_y: number;
  readonly num_heads: number;
}

/** (column, row). */
export const ropeVit: Peer = (entry) => {
  const params = entry.params as unknown as RopeVit;
  const { end_x, end_y, num_heads: heads } = params;
  const positions = patchPositions({ grid: [end_y, end_x], reverse: true });
  const { freqs } = entry.inputs;
  const { dim, pairing } = optionsOf(params);
  const how = freqs
    ? {
        encoder: mixedRope({ dim, heads, pairing }),
        values: { frequencies: floatsOf(freqs) },
        slack: "chain" as const,
      }
    : { encoder: axialRope(optionsOf(params)) };
  return turnings(entry, { ...how, positions, ...layoutOf(params) });
};

/** Places evenly spaced from −1 to 1, the ends included: centred whole numbers and their scale. */
export function betweenEnds(
  grid: readonly number[],
  reverse = false,
): { positions: NdArray; scale: number[] } {
  const axes = grid.length;
  const { data, shape } = patchPositions({ grid, centred: true, reverse });
  const lengths = reverse ? grid.toReversed() : grid;
  // a single place is at −1
  const places = Float32Array.from(data, (place, i) => (lengths[i % axes] === 1 ? -1 : place));
  return { positions: array(places, shape), scale: lengths.map((length) => 1 / Math.max(length - 1, 1)) };
}

interface Timm extends Omit<Params, "head_dim"> {
  readonly feat_shape: readonly number[];
  readonly dim: number;
  readonly in_pixels: boolean;
  readonly temperature?: number;
  readonly max_res?: number;
  readonly linear_bands?: boolean;
  readonly ref_feat_shape?: readonly number[] | null;
  readonly grid_offset?: number;
  readonly grid_indexing?: string;
}

/** Pixels from −1 to 1 at linear or octave frequencies, or whole coordinates at RoPE's. */
export const timmRotary: Peer = (entry) => {
  const params = entry.params as unknown as Timm;
  const { dim, feat_shape: grid, in_pixels, temperature: base = 10_000, max_res = 224 } = params;
  const { linear_bands = false, ref_feat_shape, grid_offset = 0, grid_indexing = "ij" } = params;
  const reverse = grid_indexing === "xy";
  const stretch = grid.map((length, axis) => (ref_feat_shape?.[axis] ?? length) / length);
  const stretched = (scale: readonly number[]) =>
    scale.map((value, axis) => value * (reverse ? stretch.toReversed() : stretch)[axis]!);
  const axes = grid.length;
  // a quarter of the width for each axis, however many there are
  const rotaryDim = 2 * axes * Math.floor(dim / 4);
  const common: AxialRopeOptions = {
    dim: entry.inputs.x?.shape.at(-1) ?? rotaryDim,
    rotaryDim,
    axes,
    pairing: "interleaved",
    positions: "real",
  };

  const ends = betweenEnds(grid, reverse);
  const whole = patchPositions({ grid, reverse });
  const how = in_pixels
    ? {
        positions: ends.positions,
        encoder: axialRope({
          ...common,
          frequencies: linear_bands ? "linear" : "octaves",
          maxFrequency: max_res,
          scale: stretched(ends.scale),
        }),
      }
    : {
        positions: array(
          Float32Array.from(whole.data, (place) => place + grid_offset),
          whole.shape,
        ),
        encoder: axialRope({ ...common, base, scale: stretched(grid.map(() => 1)) }),
      };
  return turnings(entry, { ...how, ...(params.layout && { layout: params.layout }) });
};
