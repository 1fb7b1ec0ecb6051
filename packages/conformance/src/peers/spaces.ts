import {
  type AdditiveEncoder,
  array,
  grid,
  gridBetween,
  gridFromMask,
  type NdArray,
  nerf,
  type SinusoidalNdOptions,
  sinusoidal,
  sinusoidalNd,
  sizeOf,
} from "@posenc/core";
import { floats } from "../expect.ts";
import type { ReferenceCase } from "../reference.ts";
import { beside, type Peer } from "./comparison.ts";
import { bindInitial, positionsOf } from "./sinusoids.ts";

/** What an encoder adds at `positions` [...shape, axes]: [...shape, dim]. */
export function vectorsAt(encoder: AdditiveEncoder, positions: NdArray): NdArray {
  const shape = [...positions.shape.slice(0, -1), encoder.dim!];
  return bindInitial(encoder)(array(new Float32Array(sizeOf(shape)), shape), positions);
}

const reshaped = ({ data }: NdArray, shape: readonly number[]): NdArray => array(data, shape);

/** Outputs that were computed in float64 are compared as such. */
export function inFloat64(entry: ReferenceCase): ReferenceCase {
  const precise = Object.entries(entry.outputs).filter(([, { dtype }]) => dtype === "float64");
  return { ...entry, outputs64: { ...Object.fromEntries(precise), ...entry.outputs64 } };
}

interface DetrParams {
  readonly num_pos_feats: number;
  readonly temperature: number;
  readonly normalize: boolean;
  readonly scale: number | null;
}

/** DETR: channels first; the encoder counts and normalises by itself where nothing is masked. */
export const detr: Peer = (entry) => {
  const { num_pos_feats, temperature, normalize, scale } = entry.params as unknown as DetrParams;
  const { data, shape } = entry.inputs.mask!;
  const [batch, height, width] = shape as [number, number, number];
  const options: SinusoidalNdOptions = { dim: 2 * num_pos_feats, axes: 2, base: temperature };
  const whole = Array.from(data).every((masked) => masked === 0);
  const own = scale === null ? {} : { scale };
  const rows = whole ? repeated(unmasked(), batch) : masked();
  const got = floats(
    [batch, options.dim, height, width],
    (b, d, y, x) => rows.data[((b * height + y) * width + x) * options.dim + d]!,
  );
  return beside(entry, "pe", got, whole ? "table" : "chain");

  function unmasked(): NdArray {
    const normalise = normalize ? { normalise: { sizes: [height, width], ...own } } : {};
    return vectorsAt(sinusoidalNd({ ...options, offset: 1, ...normalise }), grid(height, width));
  }
  function masked(): NdArray {
    const pixels = array(
      Int32Array.from(data, (value) => 1 - value),
      shape,
    );
    const positions = gridFromMask(pixels, { normalise: normalize, ...own });
    return vectorsAt(sinusoidalNd({ ...options, positions: normalize ? "real" : "index" }), positions);
  }
};

function repeated({ data, shape }: NdArray, batch: number): NdArray {
  const all = Array.from({ length: batch }, () => [...data]).flat();
  return array(Float32Array.from(all), [batch, ...shape]);
}

/** MAE: the first half encodes the column; a class token has a row of zeros. */
export const mae: Peer = (entry) => {
  const { embed_dim: dim, grid_size, cls_token } = entry.params as Record<string, number>;
  const [height, width] = [grid_size].flat().length === 2 ? [grid_size].flat() : [grid_size, grid_size];
  const encoder = sinusoidalNd({ dim: dim!, axes: 2, layout: "concatenated", axisOrder: [1, 0] });
  const rows = vectorsAt(encoder, grid(height!, width!));
  const zeros = new Array(cls_token ? dim! : 0).fill(0);
  const all = Float32Array.from([...zeros, ...rows.data]);
  return beside(inFloat64(entry), "pe", array(all, [all.length / dim!, dim!]), "table");
};

export const maeLine: Peer = (entry) => {
  const { embed_dim: dim, positions } = entry.params as { embed_dim: number; positions: number[] };
  const encoder = sinusoidal({ dim, layout: "concatenated", positions: "real" });
  const nothing = array(new Float32Array(positions.length * dim), [positions.length, dim]);
  const got = bindInitial(encoder)(nothing, positionsOf(positions, [positions.length]));
  return beside(inFloat64(entry), "pe", got, "table");
};

/** [batch, ...sizes, channels] of a grid, the same for each member of the batch. */
function onGrid(options: Omit<SinusoidalNdOptions, "dim" | "axes">): Peer {
  return (entry) => {
    const [batch, ...rest] = entry.params.shape as number[];
    const [sizes, dim] = [rest.slice(0, -1), rest.at(-1)!];
    const { min_timescale: minTimescale = 1, max_timescale: base = 10_000 } = entry.params as Record<
      string,
      number
    >;
    const encoder = sinusoidalNd({ dim, axes: sizes.length, base, minTimescale, ...options });
    const rows = repeated(vectorsAt(encoder, grid(...sizes)), batch!);
    return beside(entry, "pe", reshaped(rows, [batch!, ...rest]), "table");
  };
}

/** tatp22/multidim-positional-encoding: widths rounded up, the end cut off. */
export const multidim: Peer = onGrid({ remainder: "truncate" });
/** tensor2tensor: widths rounded down, zeros at the end. */
export const timingNd: Peer = onGrid({
  layout: "concatenated",
  exponent: "tensor2tensor",
  remainder: "zero",
});

interface TimmParams {
  readonly feat_shape: readonly number[];
  readonly dim: number;
  readonly temperature?: number;
  readonly reverse_coord?: boolean;
  readonly interleave_sin_cos?: boolean;
}

export const timmSincos: Peer = (entry) => {
  const params = entry.params as unknown as TimmParams;
  const { feat_shape, dim, temperature: base = 10_000, reverse_coord, interleave_sin_cos } = params;
  const layout = interleave_sin_cos ? "concatenated" : "grouped";
  const sizes = reverse_coord ? feat_shape.toReversed() : feat_shape;
  const width = 2 * sizes.length * Math.floor(dim / 4);
  const encoder = sinusoidalNd({ dim: width, axes: sizes.length, base, layout });
  return beside(entry, "pe", vectorsAt(encoder, grid(...sizes)), "table");
};

interface FourierParams {
  readonly feat_shape: readonly number[];
  readonly num_bands?: number;
  readonly max_res?: number;
  readonly temperature?: number;
  readonly linear_bands?: boolean;
  readonly in_pixels?: boolean;
  readonly include_grid?: boolean;
  readonly grid_offset?: number;
  readonly ref_feat_shape?: readonly number[] | null;
  readonly grid_indexing?: string;
}

/** timm's Fourier grids: [...sizes, axes, bands] of sines and of cosines, and the grid [...sizes, axes, 1]. */
export const timmFourier: Peer = (entry) => {
  const params = entry.params as unknown as FourierParams;
  const { feat_shape, num_bands: bands = 64, max_res = 224, temperature: base = 10_000 } = params;
  const { linear_bands = false, in_pixels = true, include_grid = false, grid_offset = 0 } = params;
  const { ref_feat_shape, grid_indexing = "ij" } = params;
  const axes = feat_shape.length;
  const shape = [sizeOf(feat_shape), axes];
  const { data: places } = in_pixels ? gridBetween(-1, 1, ...feat_shape) : grid(...feat_shape);
  const moved = in_pixels ? 0 : grid_offset;
  // "xy": the first two coordinates, and nothing else, change places
  const axisOf = (axis: number) => (grid_indexing === "xy" && axis < 2 && axes > 1 ? 1 - axis : axis);
  const stretch = feat_shape.map((length, axis) => (ref_feat_shape?.[axis] ?? length) / length);
  const positions = floats(shape, (place, axis) => {
    const from = axisOf(axis);
    return (places[place * axes + from]! + moved) * stretch[from]!;
  });
  // coordinates of another shape are rounded, and then multiplied
  const slack = ref_feat_shape ? "chain" : "table";
  const sampling = linear_bands ? "linear" : "logarithmic";
  const pixels = { axes, bands, maxLog2: Math.log2(max_res / 2), sampling, pi: true } as const;
  const geometric = { axes, dim: 2 * bands * axes, base, positions: "real" } as const;
  const encoder = in_pixels
    ? nerf({ ...pixels, includeInput: false, layout: "concatenated" })
    : sinusoidalNd({ ...geometric, layout: "grouped" });
  const { data } = vectorsAt(encoder, positions);
  const entryOf = (half: number) => (place: number, axis: number, band: number) => {
    const inHalf = in_pixels ? band * axes + axis : axis * bands + band;
    return data[place * 2 * axes * bands + half * axes * bands + inHalf]!;
  };
  const table = (half: number) =>
    reshaped(floats([...shape, bands], entryOf(half)), [...feat_shape, axes, bands]);
  return [
    ...(include_grid ? beside(entry, "grid", reshaped(positions, [...feat_shape, axes, 1]), "table") : []),
    ...beside(entry, "sin", table(0), slack),
    ...beside(entry, "cos", table(1), slack),
  ];
};
