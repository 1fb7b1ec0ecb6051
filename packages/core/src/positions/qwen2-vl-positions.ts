import { checkCount, checkNames, checkOneOf, show } from "../checks.ts";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { checkEach, type TokenRows, tokenRows } from "./token-rows.ts";

/** Patches of an image or video: frames (1 for an image), rows and columns, before they are merged. */
export type VisionGrid = readonly [time: number, height: number, width: number];

export interface Qwen2VlPositionsOptions {
  /** int32 of shape [length] or [batch, length]: 0 for text, 1 for a token of an image, 2 for one of a video. */
  readonly tokenTypes: NdArray;
  /** One grid for each image, in the order in which they come, row after row (`image_grid_thw`). */
  readonly imageGrids?: readonly VisionGrid[];
  /** One grid for each video (`video_grid_thw`). */
  readonly videoGrids?: readonly VisionGrid[];
  /** So many patches a side make one token (`spatial_merge_size`); 2 unless given. */
  readonly spatialMergeSize?: number;
  /** int32 of the shape of `tokenTypes`: 1 for a token, 0 for padding. */
  readonly mask?: NdArray;
  /**
   * How far a grid moves what follows it. "side" (default): by the longer side of a frame in tokens, as
   * transformers 5 does. "maximum": beyond every position in the grid, as in the paper and transformers 4. They
   * differ where a video has more frames than a frame has tokens along its longer side.
   */
  readonly advance?: "side" | "maximum";
}

export interface Qwen2VlPositions {
  /** int32 [batch, length, 3]; the last axis is time, height, width. Padding stands at 0, 0, 0. */
  readonly positions: NdArray;
  /** int32 [batch, 1]: the next token stands at the number of tokens so far plus this (`rope_deltas`). */
  readonly deltas: NdArray;
}

interface Grid {
  readonly time: number;
  readonly height: number;
  readonly width: number;
}

const WHO = "qwen2VlPositions";
const NAMES = ["tokenTypes", "imageGrids", "videoGrids", "spatialMergeSize", "mask", "advance"];
const KINDS = ["text", "imageGrids", "videoGrids"] as const;

/**
 * The positions of text mixed with images and videos, for rotary encodings with three axes (Wang et al.,
 * "Qwen2-VL", 2024, §2.1; `get_rope_index`). A token of text has the same position on all three axes. The tokens
 * of a grid stand at the position reached so far plus their frame, row and column.
 *
 * A run of tokens of one kind may hold several grids, one after another. Qwen3-VL lists each frame of a video as a
 * grid of its own, with time 1.
 *
 * @throws TypeError, RangeError where a grid does not fit the tokens, is missing or is left over
 */
export function qwen2VlPositions(options: Qwen2VlPositionsOptions): Qwen2VlPositions {
  checkNames(WHO, options, NAMES);
  const { spatialMergeSize = 2, advance = "side" } = options;
  const tokens = tokenRows(WHO, "tokenTypes", options.tokenTypes);
  checkEach(WHO, "tokenTypes", tokens.data, [0, 1, 2]);
  checkCount(WHO, "spatialMergeSize", spatialMergeSize);
  checkOneOf(WHO, "advance", advance, ["side", "maximum"]);
  const { rows, length } = tokens;
  const mask = maskOf(options.mask, tokens);
  const imageGrids = mergedGrids("imageGrids", options.imageGrids, spatialMergeSize);
  const videoGrids = mergedGrids("videoGrids", options.videoGrids, spatialMergeSize);
  const grids = [[], imageGrids, videoGrids];
  const taken = [0, 0, 0];

  const positions = new Int32Array(tokens.data.length * 3);
  const deltas = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const real: number[] = [];
    for (let i = row * length; i < (row + 1) * length; i++) if (mask?.[i] !== 0) real.push(i);
    deltas[row] = placeRow(real);
  }
  for (const kind of [1, 2] as const) {
    if (taken[kind]! < grids[kind]!.length) {
      throw new RangeError(
        `${WHO}: ${KINDS[kind]} must have one grid for each in tokenTypes, got ${grids[kind]!.length} for ${taken[kind]}`,
      );
    }
  }
  return { positions: array(positions, [rows, length, 3]), deltas: array(deltas, [rows, 1]) };

  /** Places the tokens at the indices `real`, and says how far the next one is from their number. */
  function placeRow(real: readonly number[]): number {
    let next = 0;
    let highest = -1;
    const place = (index: number, time: number, height: number, width: number) => {
      positions.set([time, height, width], index * 3);
      highest = Math.max(highest, time, height, width);
    };
    for (let at = 0; at < real.length; ) {
      const kind = tokens.data[real[at]!]!;
      if (kind === 0) {
        place(real[at++]!, next, next, next);
        next++;
        continue;
      }
      const { time, height, width } = nextGrid(kind, real, at);
      for (let i = 0; i < time * height * width; i++) {
        const [frame, cell] = [Math.floor(i / (height * width)), i % (height * width)];
        place(real[at++]!, next + frame, next + Math.floor(cell / width), next + (cell % width));
      }
      next += advance === "side" ? Math.max(height, width) : Math.max(time, height, width);
    }
    return highest + 1 - real.length;
  }

  /** The grid whose tokens begin at `real[at]`; all of them must be of its kind. */
  function nextGrid(kind: number, real: readonly number[], at: number): Grid {
    const number = taken[kind]!++;
    const name = `${KINDS[kind]}[${number}]`;
    const grid = grids[kind]![number];
    if (grid === undefined) {
      throw new RangeError(
        `${WHO}: ${name} must be the grid of the tokens at index ${real[at]}, got undefined`,
      );
    }
    const size = grid.time * grid.height * grid.width;
    let found = 0;
    while (found < size && at + found < real.length && tokens.data[real[at + found]!] === kind) found++;
    if (found < size) {
      throw new RangeError(
        `${WHO}: ${name} must have as many tokens as tokenTypes from index ${real[at]} on, got ${size} for ${found}`,
      );
    }
    return grid;
  }
}

function maskOf(mask: NdArray | undefined, tokens: TokenRows): Int32Array | undefined {
  if (mask === undefined) return undefined;
  const { data, shape } = tokenRows(WHO, "mask", mask);
  if (shape.join() !== tokens.shape.join()) {
    throw new RangeError(
      `${WHO}: mask must have the shape ${show(tokens.shape)} of tokenTypes, got ${show(shape)}`,
    );
  }
  checkEach(WHO, "mask", data, [0, 1]);
  return data;
}

function mergedGrids(name: string, grids: readonly VisionGrid[] | undefined, merge: number): Grid[] {
  if (grids === undefined) return [];
  if (!Array.isArray(grids)) throw new TypeError(`${WHO}: ${name} must be an array, got ${show(grids)}`);
  return grids.map((grid: unknown, i) => {
    if (!Array.isArray(grid) || grid.length !== 3) {
      throw new TypeError(`${WHO}: ${name}[${i}] must be [time, height, width], got ${show(grid)}`);
    }
    const [time, height, width] = grid.map((size, axis) => {
      const what = `${name}[${i}][${axis}]`;
      checkCount(WHO, what, size, 1, 2 ** 20);
      if (axis > 0 && size % merge !== 0) {
        throw new RangeError(`${WHO}: ${what} must be a multiple of spatialMergeSize ${merge}, got ${size}`);
      }
      return axis === 0 ? size : size / merge;
    });
    return { time, height, width };
  });
}
