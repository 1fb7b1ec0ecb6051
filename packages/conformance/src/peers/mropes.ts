import { array, mrope, type NdArray } from "@posenc/core";
import type { ReferenceTensor } from "../reference.ts";
import type { Peer } from "./comparison.ts";
import { pairings, turnings } from "./turnings.ts";

interface Params {
  readonly pairing: string;
  readonly layout: string;
  readonly head_dim: number;
  readonly rotary_dim?: number;
  readonly rope_parameters: {
    readonly rope_type?: string;
    readonly rope_theta?: number;
    readonly mrope_section: readonly number[];
    readonly mrope_interleaved?: boolean;
  };
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
  const { pairing, layout, head_dim: dim, rotary_dim, rope_parameters } = entry.params as unknown as Params;
  const { rope_type = "default", rope_theta, mrope_section, mrope_interleaved } = rope_parameters;
  if (rope_type !== "default") return { later: `frequencies scaled by ${rope_type}` };
  return turnings(entry, {
    encoder: mrope({
      dim,
      rotaryDim: rotary_dim ?? dim,
      sections: mrope_section,
      layout: mrope_interleaved ? "interleaved" : "sectioned",
      base: rope_theta ?? 10_000,
      pairing: pairings[pairing]!,
    }),
    positions: axesLast(entry.inputs.position_ids!),
    layout,
  });
};
