import { array, bind, type NdArray, swin, swin2Coordinates, typedArrays } from "@posenc/core";
import { floats, integers } from "../expect.ts";
import type { ReferenceTensor } from "../reference.ts";
import { beside, type Peer } from "./comparison.ts";

type Window = readonly [number, number];

/** The places of a window, row by row: [rows · columns, 2]. */
function placesOf([rows, columns]: Window): NdArray {
  return integers([rows * columns, 2], (place, axis) =>
    axis === 0 ? Math.floor(place / columns) : place % columns,
  );
}

function scoresOf(window: Window, table: NdArray): NdArray {
  const places = placesOf(window);
  return bind(swin({ heads: table.shape[1]!, window }), typedArrays, { table })(places, places);
}

/** Row numbers of the table: the scores of a table that holds its own row numbers. */
function indexOf(window: Window): NdArray {
  const rows = (2 * window[0] - 1) * (2 * window[1] - 1);
  const { data, shape } = scoresOf(
    window,
    floats([rows, 1], (row) => row),
  );
  return array(Int32Array.from(data), shape.slice(1));
}

const tensor = ({ data, shape }: ReferenceTensor): NdArray => array(Float32Array.from(data), shape);

export const swinBias: Peer = (entry) => {
  const window = entry.params.window_size as Window;
  const scores = scoresOf(window, tensor(entry.inputs.table!));
  return [
    ...beside(entry, "relative_position_index", indexOf(window), "table"),
    ...beside(entry, "bias", array(scores.data, [1, ...scores.shape]), "table"),
  ];
};

const square = (size: unknown): Window =>
  Array.isArray(size) ? (size as unknown as Window) : [size as number, size as number];

export const swin2Tables: Peer = (entry) => {
  const { window_size, pretrained_window_size } = entry.params;
  const window = square(window_size);
  const pretrained = square(pretrained_window_size);
  const coordinates = swin2Coordinates(window, pretrained[0] > 0 ? pretrained : undefined);
  const shape = [1, 2 * window[0] - 1, 2 * window[1] - 1, 2];
  return [
    ...beside(entry, "relative_coords_table", array(coordinates, shape), "arithmetic"),
    ...beside(entry, "relative_position_index", indexOf(window), "table"),
  ];
};
