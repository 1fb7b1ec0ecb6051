import { checkBoolean, checkCount, checkNames, checkSize, show } from "../checks.ts";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";

export interface PatchPositionsOptions {
  /** Lengths of the axes, the slowest first: [rows, columns], or [frames, rows, columns]. */
  readonly grid: readonly number[];
  /** The last axis first: (column, row), as in Llama 4 and RoPE-ViT. Otherwise (row, column). */
  readonly reverse?: boolean;
  /** Whole coordinates begin here: 0 unless given; 1 in Llama 4. */
  readonly first?: number;
  /** Coordinates 2i + 1 − n (…, −3, −1, 1, 3, … or …, −2, 0, 2, …), in float32: whole, and 0 is the middle. */
  readonly centred?: boolean;
  /** Tokens come in blocks of `merge` rows and `merge` columns (Qwen2-VL); 1 unless given. */
  readonly merge?: number;
  /** Tokens before the patches (class token, registers); they stand at 0 in every axis. */
  readonly before?: number;
  /** Tokens after the patches, at 0 too. */
  readonly after?: number;
}

const NAMES = ["grid", "reverse", "first", "centred", "merge", "before", "after"];

/**
 * The positions of patches in row-major order: int32 [tokens, axes], or float32 where `centred`.
 *
 * A rotary encoder turns nothing at 0, so tokens that are no patches pass as they are, as Llama 4 and DINOv3 have it.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function patchPositions(options: PatchPositionsOptions): NdArray {
  const who = "patchPositions";
  checkNames(who, options, NAMES);
  const { grid, reverse = false, first = 0, centred = false, merge = 1, before = 0, after = 0 } = options;
  if (!Array.isArray(grid) || grid.length === 0) {
    throw new TypeError(`${who}: grid must be an array of lengths, got ${show(grid)}`);
  }
  for (const [axis, length] of grid.entries()) checkSize(who, `grid[${axis}]`, length);
  checkBoolean(who, "reverse", reverse);
  checkBoolean(who, "centred", centred);
  checkCount(who, "first", first, 0, 2 ** 30);
  if (centred && options.first !== undefined) {
    throw new TypeError(`${who}: first must be left out where centred, got ${show(first)}`);
  }
  checkSize(who, "merge", merge);
  if (merge > 1 && (grid.length < 2 || grid.slice(-2).some((length) => length % merge !== 0))) {
    throw new RangeError(
      `${who}: grid must have rows and columns in multiples of merge ${merge}, got ${show([...grid])}`,
    );
  }
  checkCount(who, "before", before, 0, 2 ** 20);
  checkCount(who, "after", after, 0, 2 ** 20);
  const patches = grid.reduce((product, length) => product * length, 1);
  checkCount(who, "grid: the number of patches", patches, 1, 2 ** 26);

  const axes = grid.length;
  const size = (before + patches + after) * axes;
  const data = centred ? new Float32Array(size) : new Int32Array(size);
  const sizes = merge === 1 ? grid : blockSizes(grid, merge);
  for (let patch = 0; patch < patches; patch++) {
    const at = indices(patch, sizes);
    const place = merge === 1 ? at : unblocked(at, merge);
    for (let axis = 0; axis < axes; axis++) {
      const to = reverse ? axes - 1 - axis : axis;
      const i = place[axis]!;
      data[(before + patch) * axes + to] = centred ? 2 * i + 1 - grid[axis]! : first + i;
    }
  }
  return array(data, [before + patches + after, axes]);
}

/** [..., rows, columns] → [..., rows of blocks, columns of blocks, rows in a block, columns in a block]. */
function blockSizes(grid: readonly number[], merge: number): number[] {
  return [...grid.slice(0, -2), ...grid.slice(-2).map((length) => length / merge), merge, merge];
}

function unblocked(at: readonly number[], merge: number): number[] {
  const [row, column, rowInside, columnInside] = at.slice(-4) as [number, number, number, number];
  return [...at.slice(0, -4), row * merge + rowInside, column * merge + columnInside];
}

/** The index along each axis of element `flat`. */
function indices(flat: number, sizes: readonly number[]): number[] {
  const at = new Array<number>(sizes.length);
  for (let axis = sizes.length - 1, left = flat; axis >= 0; axis--) {
    at[axis] = left % sizes[axis]!;
    left = Math.floor(left / sizes[axis]!);
  }
  return at;
}
