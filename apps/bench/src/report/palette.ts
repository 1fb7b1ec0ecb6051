import type { EncoderResult } from "../results.ts";

/** How an encoder looks in every chart and table. */
export interface Look {
  readonly id: string;
  readonly colour: string;
  /** An SVG path in the box from −1 to 1. */
  readonly shape: string;
}

/** Okabe and Ito's colours (2008), told apart with any colour vision, in the order in which they differ most. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5b3b8c"];
const GREY = "#767676";
const SHAPES = [
  "M-.8,-.8H.8V.8H-.8Z",
  "M0,-1L.95,.75H-.95Z",
  "M0,-1.1L1.1,0L0,1.1L-1.1,0Z",
  "M-.35,-1H.35V-.35H1V.35H.35V1H-.35V.35H-1V-.35H-.35Z",
  "M0,1L.95,-.75H-.95Z",
  "M-1,0A1,1,0,1,0,1,0A1,1,0,1,0,-1,0Z",
];
const DISC = "M-.8,0A.8,.8,0,1,0,.8,0A.8,.8,0,1,0,-.8,0Z";

/** A colour and a shape for each encoder, by place; grey for those that show no positions, the base line. */
export function looks(encoders: readonly EncoderResult[]): Look[] {
  let next = 0;
  return encoders.map(({ id, sees }) => {
    if (sees === "nothing") return { id, colour: GREY, shape: DISC };
    const i = next++;
    return { id, colour: COLOURS[i % COLOURS.length]!, shape: SHAPES[i % SHAPES.length]! };
  });
}
