import { scheme } from "vega";
import type { PictureResult } from "../results.ts";
import { draw } from "./draw.ts";
import { significant } from "./format.ts";
import type { Html } from "./html.ts";
import { png } from "./png.ts";

const SCHEME = "redblue";
/** Room for a picture in pixels. */
const [WIDE, LOW, SQUARE] = [420, 200, 240];
const UNKNOWN = [160, 160, 160];

/** A matrix as colours: blue above 0, red below, white at 0. */
export async function heatMap(picture: PictureResult): Promise<Html> {
  const { shape, axes, values, encoder, title } = picture;
  const [rows, columns] = shape;
  const limit = picture.limit ?? largest(values);
  const [width, height] = sizeOnPage(rows, columns);
  const url = `data:image/png;base64,${png(columns, rows, colours(values, limit)).toString("base64")}`;
  const image = { type: "image" as const, aspect: false, smooth: false, align: "left" as const };
  const axis = { grid: false, format: "d", tickMinStep: 1, tickCount: 6, domain: false };
  const bound = (choose: (a: number, b: number) => number) =>
    significant(values.reduce((a, b) => choose(a, b)));
  return draw(
    {
      width,
      height,
      layer: [
        {
          data: { values: [{}] },
          mark: { ...image, baseline: "top", width, height, url },
          encoding: { x: { value: 0 }, y: { value: 0 } },
        },
        {
          data: {
            values: [
              { x: -0.5, y: -0.5, value: -limit },
              { x: columns - 0.5, y: rows - 0.5, value: limit },
            ],
          },
          mark: { type: "point", opacity: 0 },
          encoding: {
            x: {
              field: "x",
              type: "quantitative",
              scale: { domain: [-0.5, columns - 0.5], nice: false, zero: false },
              axis: { ...axis, title: axes.x },
            },
            y: {
              field: "y",
              type: "quantitative",
              scale: { domain: [-0.5, rows - 0.5], nice: false, zero: false, reverse: true },
              axis: { ...axis, title: axes.y, tickCount: Math.min(6, rows) },
            },
            color: {
              field: "value",
              type: "quantitative",
              scale: { scheme: SCHEME, domain: [-limit, limit] },
              legend: {
                title: null,
                gradientLength: Math.min(height, 120),
                gradientThickness: 10,
                values: [-limit, 0, limit],
                format: ".3~g",
                labelOffset: 5,
              },
            },
          },
        },
      ],
    },
    `Heat map of ${encoder}: ${title}; ${rows} by ${columns} values from ${bound(Math.min)} to ${bound(Math.max)}. Across: ${axes.x}; down: ${axes.y}.`,
  );
}

/** A whole number of pixels for each cell, so that none is drawn wider than its neighbour. */
function sizeOnPage(rows: number, columns: number): [width: number, height: number] {
  const whole = (room: number, cells: number) => cells * Math.max(1, Math.floor(room / cells));
  const wide = columns > 1.5 * rows;
  return [whole(wide ? WIDE : SQUARE, columns), whole(wide ? LOW : SQUARE, rows)];
}

/** Whether a picture needs a card of the page's whole width. */
export function isLarge({ shape }: PictureResult): boolean {
  return shape[1] > WIDE;
}

const largest = (values: readonly number[]): number =>
  values.reduce((top, value) => (Number.isFinite(value) ? Math.max(top, Math.abs(value)) : top), 0) || 1;

function colours(values: readonly number[], limit: number): Uint8Array {
  const colourAt = scheme(SCHEME) as (t: number) => string;
  const steps = Array.from({ length: 256 }, (_, i) =>
    colourAt(i / 255)
      .match(/\d+/g)!
      .map(Number),
  );
  const pixels = new Uint8Array(3 * values.length);
  for (const [i, value] of values.entries()) {
    const t = (Math.max(-1, Math.min(1, value / limit)) + 1) / 2;
    pixels.set(Number.isFinite(value) ? steps[Math.round(255 * t)]! : UNKNOWN, 3 * i);
  }
  return pixels;
}
