import { array, type ResizeMode, resizeTable, sizeOf } from "@posenc/core";
import { beside, type Peer } from "./comparison.ts";

interface Params {
  readonly src_grid?: readonly number[];
  readonly dst_grid?: readonly number[];
  readonly src_len?: number;
  readonly dst_len?: number;
  readonly dim: number;
  readonly prefix_tokens?: number;
  readonly mode: string;
  readonly align_corners?: boolean | null;
  readonly antialias?: boolean;
  readonly scale_factor?: number | readonly number[] | null;
  readonly offset?: number;
  readonly interpolate_offset?: number;
}

const modes: Record<string, ResizeMode> = {
  nearest: "nearest",
  "nearest-exact": "nearest-exact",
  linear: "linear",
  bilinear: "linear",
  bicubic: "cubic",
};

/** Tables resized. `defaultOffset` is what was added to the new sizes where the case does not say. */
export const resizes =
  (defaultOffset = 0): Peer =>
  (entry) => {
    const params = entry.params as unknown as Params;
    const mode = modes[params.mode];
    if (!mode) return { missing: `mode ${params.mode}` };
    const from = params.src_grid ?? [params.src_len!];
    const to = params.dst_grid ?? [params.dst_len!];
    const { dim, prefix_tokens: prefix = 0, antialias = false, scale_factor } = params;
    const offset = params.offset ?? params.interpolate_offset ?? defaultOffset;
    const scale =
      scale_factor != null
        ? from.map((_, axis) => [scale_factor].flat()[axis] ?? [scale_factor].flat()[0]!)
        : to.map((length, axis) => (length + offset) / from[axis]!);
    const table = array(Float32Array.from(entry.inputs.table!.data), [prefix + sizeOf(from), dim]);
    const own = scale_factor != null || offset !== 0 ? { scale } : {};
    const alignCorners = params.align_corners ?? false;
    const { data } = resizeTable(table, { from, to, mode, alignCorners, antialias, prefix, ...own });
    return beside(entry, "table", array(data, entry.outputs.table!.shape), "table");
  };
