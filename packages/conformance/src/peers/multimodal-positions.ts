import { array, type NdArray, qwen2VlPositions, type VisionGrid } from "@posenc/core";
import type { ReferenceTensor } from "../reference.ts";
import { beside, type Peer } from "./comparison.ts";

interface Params {
  readonly spatial_merge_size?: number;
  readonly image_grid_thw?: readonly VisionGrid[] | null;
  readonly video_grid_thw?: readonly VisionGrid[] | null;
}

const wholes = ({ data, shape }: ReferenceTensor): NdArray => array(Int32Array.from(data), shape);

/** [batch, length, 3] as theirs: [3, batch, length]. */
function axesFirst({ data, shape: [batch, length] }: NdArray): NdArray {
  const tokens = batch! * length!;
  const turned = Int32Array.from(
    { length: 3 * tokens },
    (_, i) => data[(i % tokens) * 3 + Math.floor(i / tokens)]!,
  );
  return array(turned, [3, batch!, length!]);
}

/** Positions of text, images and videos. */
export const multimodalPositions: Peer = (entry) => {
  const { spatial_merge_size, image_grid_thw, video_grid_thw } = entry.params as Params;
  const { token_types, attention_mask } = entry.inputs;
  const { positions, deltas } = qwen2VlPositions({
    tokenTypes: wholes(token_types!),
    ...(attention_mask && { mask: wholes(attention_mask) }),
    ...(image_grid_thw && { imageGrids: image_grid_thw }),
    ...(video_grid_thw && { videoGrids: video_grid_thw }),
    ...(spatial_merge_size && { spatialMergeSize: spatial_merge_size }),
  });
  return [
    ...beside(entry, "position_ids", axesFirst(positions), "table"),
    ...beside(entry, "mrope_position_deltas", deltas, "table"),
  ];
};
