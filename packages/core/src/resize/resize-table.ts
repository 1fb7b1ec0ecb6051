import {
  checkBoolean,
  checkCount,
  checkNames,
  checkObject,
  checkOneOf,
  checkPositive,
  show,
} from "../checks.ts";
import { sizeOf } from "../parameters.ts";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { type Mix, type ResizeMode, resampling } from "./resampling.ts";

export type { ResizeMode };

export interface ResizeOptions {
  /** Lengths of the axes that the rows of the table stand for: [length], or [height, width]. */
  readonly from: readonly number[];
  /** Their lengths afterwards. */
  readonly to: readonly number[];
  /**
   * "nearest" (as PyTorch, which rounds down), "nearest-exact", "linear" (default; bilinear for two axes), "cubic"
   * (bicubic: a = −0.75 as in PyTorch, a = −0.5 with `antialias`, as in Pillow and timm).
   */
  readonly mode?: ResizeMode;
  /** The first and last places stay where they are; otherwise (default) the outer edges of the cells do. */
  readonly alignCorners?: boolean;
  /** Average over more rows where the table shrinks. For "linear" and "cubic"; false unless given. */
  readonly antialias?: boolean;
  /** So many rows at the start stand for no place (class and register tokens) and stay as they are; 0 unless given. */
  readonly prefix?: number;
  /**
   * New places for each old one, axis by axis, where that is not to / from: DINO and early ViT code took
   * (to + 0.1) / from.
   */
  readonly scale?: readonly number[];
}

const NAMES = ["from", "to", "mode", "alignCorners", "antialias", "prefix", "scale"];

/**
 * A table of learned positions for other lengths, as vision models do before they are given larger images
 * (Dosovitskiy et al., "An Image is Worth 16×16 Words", 2021, §3.2). Each axis in turn; computed in float64.
 *
 * @param table float32 of shape [prefix + product of from, dim]
 * @returns float32 of shape [prefix + product of to, dim]
 * @throws TypeError, RangeError for a bad option, or where the table does not have the rows that `from` asks for
 */
export function resizeTable(table: NdArray, options: ResizeOptions): NdArray {
  const { from, to, mode, alignCorners, antialias, prefix, scale } = checkOptions(options);
  const { data, dim } = checkTable(table, from, prefix);
  const head = data.subarray(0, prefix * dim);

  let rows = Float64Array.from(data.subarray(prefix * dim));
  let inner = dim;
  for (let axis = from.length - 1; axis >= 0; axis--) {
    const lengths = { from: from[axis]!, to: to[axis]! };
    if (lengths.from !== lengths.to || scale) {
      const own = scale && { scale: scale[axis]! };
      rows = mixed(
        rows,
        lengths.from,
        inner,
        resampling({ ...lengths, mode, alignCorners, antialias, ...own }),
      );
    }
    inner *= lengths.to;
  }
  const resized = new Float32Array(head.length + rows.length);
  resized.set(head);
  resized.set(rows, head.length);
  return array(resized, [prefix + sizeOf(to), dim]);
}

/** [outer, length, inner] → [outer, mixes, inner]. */
function mixed(
  data: Float64Array<ArrayBuffer>,
  length: number,
  inner: number,
  mixes: readonly Mix[],
): Float64Array<ArrayBuffer> {
  const outer = data.length / (length * inner);
  const out = new Float64Array(outer * mixes.length * inner);
  for (let block = 0; block < outer; block++) {
    for (const [i, { indices, weights }] of mixes.entries()) {
      const target = (block * mixes.length + i) * inner;
      for (const [k, index] of indices.entries()) {
        const start = (block * length + index) * inner;
        const weight = weights[k]!;
        for (let d = 0; d < inner; d++) out[target + d]! += weight * data[start + d]!;
      }
    }
  }
  return out;
}

function checkOptions(options: ResizeOptions) {
  const who = "resizeTable";
  checkNames(who, options, NAMES);
  const { from, to, mode = "linear", alignCorners = false, antialias = false, prefix = 0, scale } = options;
  checkLengths("from", from);
  checkLengths("to", to, from.length);
  checkOneOf(who, "mode", mode, ["nearest", "nearest-exact", "linear", "cubic"]);
  checkBoolean(who, "alignCorners", alignCorners);
  checkBoolean(who, "antialias", antialias);
  checkCount(who, "prefix", prefix, 0);
  const nearest = mode === "nearest" || mode === "nearest-exact";
  if (alignCorners && (nearest || antialias || scale)) {
    throw new RangeError(
      `${who}: alignCorners must be false with ${nearest ? `mode "${mode}"` : antialias ? "antialias" : "scale"}, got true`,
    );
  }
  if (antialias && nearest)
    throw new RangeError(`${who}: antialias must be false with mode "${mode}", got true`);
  if (scale) {
    checkArray("scale", scale, from.length);
    scale.forEach((value, axis) => {
      checkPositive(who, `scale[${axis}]`, value);
    });
  }
  return { from, to, mode, alignCorners, antialias, prefix, scale };
}

function checkArray(what: string, value: unknown, length?: number): asserts value is readonly number[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`resizeTable: ${what} must be an array of numbers, got ${show(value)}`);
  }
  if (value.length === 0 || (length !== undefined && value.length !== length)) {
    throw new RangeError(
      `resizeTable: ${what} must have ${length ?? "one or more"} entries, got ${show(value)}`,
    );
  }
}

function checkLengths(what: string, lengths: unknown, count?: number): void {
  checkArray(what, lengths, count);
  for (const [axis, length] of lengths.entries()) checkCount("resizeTable", `${what}[${axis}]`, length);
  checkCount("resizeTable", `the product of ${what}`, sizeOf(lengths));
}

function checkTable(table: NdArray, from: readonly number[], prefix: number) {
  const { data, shape } = checkObject("resizeTable", "table", table) as unknown as NdArray;
  if (!(data instanceof Float32Array)) {
    throw new TypeError(
      `resizeTable: table must be float32, got ${data instanceof Int32Array ? "int32" : show(data)}`,
    );
  }
  const rows = prefix + sizeOf(from);
  if (shape.length !== 2 || shape[0] !== rows) {
    throw new RangeError(
      `resizeTable: table must have shape [${rows}, dim] for from ${show([...from])} and prefix ${prefix}, got ${show([...shape])}`,
    );
  }
  return { data, dim: shape[1]! };
}
