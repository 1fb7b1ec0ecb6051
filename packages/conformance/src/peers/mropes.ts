import { array, mrope, type NdArray, ropeFromConfig } from "@posenc/core";
import type { ReferenceTensor } from "../reference.ts";
import type { Peer } from "./comparison.ts";
import { frequencyOptions } from "./ropes.ts";
import { pairings, turnings } from "./turnings.ts";

interface Params {
  readonly pairing: string;
  readonly layout: string;
  readonly head_dim: number;
  readonly max_position_embeddings?: number;
  readonly rope_parameters: object;
}

/** [axes, batch, length] → [batch, length, axes]. */
function axesLast({ data, shape }: ReferenceTensor): NdArray {
  const [axes, ...places] = shape as [number, ...number[]];
  const tokens = data.length / axes;
  const turned = Int32Array.from(data, (_, i) => data[(i % axes) * tokens + Math.floor(i / axes)]!);
  return array(turned, [...places, axes]);
}

/** Text, images and videos: time, height and width. */
export const mropes: Peer = (entry) => {
  const { pairing, layout, ...config } = entry.params as unknown as Params;
  const { head_dim, max_position_embeddings, rope_parameters } = config;
  const { encoder, multimodal } = ropeFromConfig({
    head_dim,
    rope_parameters,
    ...(max_position_embeddings && { max_position_embeddings }),
  });
  return turnings(entry, {
    encoder: mrope({
      ...frequencyOptions(encoder),
      sections: multimodal!.sections,
      layout: multimodal!.interleaved ? "interleaved" : "sectioned",
      pairing: pairings[pairing]!,
    }),
    positions: axesLast(entry.inputs.position_ids!),
    layout,
  });
};
