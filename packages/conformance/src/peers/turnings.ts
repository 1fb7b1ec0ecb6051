import {
  array,
  bind,
  type NdArray,
  type Pairing,
  type RotaryEncoder,
  type SinCos,
  sizeOf,
  typedArrays,
} from "@posenc/core";
import type { ReferenceCase, ReferenceTensor } from "../reference.ts";
import { beside, type Comparison } from "./comparison.ts";

const { concat, expandDims, flatten, swapAxes, unflatten } = typedArrays;

/** Which of our encoders turns what a case has, and where its tokens stand. */
export interface Turning {
  readonly encoder: RotaryEncoder;
  /** [length] or [batch, length], and the coordinates where there are any. */
  readonly positions: NdArray;
  readonly keyPositions?: NdArray;
  /** Where the rows of their tables stand, if they are not those of the queries. */
  readonly tablePositions?: NdArray;
  readonly values?: Readonly<Record<string, NdArray>>;
  /** Of their tensors; heads before rows unless given. */
  readonly layout?: string;
  /** Of what is turned; "arithmetic" unless given. */
  readonly slack?: "arithmetic" | "chain";
}

/** What each project calls the pairs. */
export const pairings: Readonly<Record<string, Pairing>> = { half: "halves", interleaved: "interleaved" };

/** Their layout of heads and rows to ours, [..., heads, length, dim], and back: one swap does both. */
const layouts: Readonly<Record<string, (x: NdArray) => NdArray>> = {
  bhsd: (x) => x,
  bshd: (x) => swapAxes(x, -3, -2),
  shd: (x) => swapAxes(x, -3, -2),
};

export const floatsOf = ({ data, shape }: ReferenceTensor): NdArray => array(Float32Array.from(data), shape);
/** Whole numbers from 0 as int32, others as float32; and which of the two they are. */
export function coordinatesOf({ data, shape }: ReferenceTensor) {
  const real = Array.from(data).some((value) => value < 0 || !Number.isInteger(value));
  const values = real ? Float32Array.from(data) : Int32Array.from(data);
  return { positions: array(values, shape), domain: real ? "real" : "index" } as const;
}
export const integersOf = ({ data, shape }: ReferenceTensor): NdArray => array(Int32Array.from(data), shape);
export const reshaped = ({ data }: NdArray, shape: readonly number[]): NdArray => array(data, shape);

/** The tensors and the tables of a case. */
export function turnings(entry: ReferenceCase, turning: Turning): Comparison[] {
  return [...turnedTensors(entry, turning), ...tables(entry, turning)];
}

/** q, k or x, turned. */
function turnedTensors(entry: ReferenceCase, turning: Turning): Comparison[] {
  const { encoder, positions, keyPositions = positions, values = {}, layout = "bhsd" } = turning;
  const { slack = "arithmetic" } = turning;
  const arrange = layouts[layout];
  if (!arrange) throw new RangeError(`${entry.id}: unknown layout ${layout}`);
  const apply = bind(encoder, typedArrays, values);
  const names = Object.keys(entry.inputs).filter((name) => name in entry.outputs);
  return names.flatMap((name) => {
    const x = arrange(floatsOf(entry.inputs[name]!));
    const at = name === "k" ? keyPositions : positions;
    const [q, k] = apply(x, x, at, at);
    return beside(entry, name, arrange(name === "k" ? k : q), slack);
  });
}

/** Cosines, sines, angles and scales. */
function tables(entry: ReferenceCase, turning: Turning): Comparison[] {
  const { encoder, positions, tablePositions = positions, values = {} } = turning;
  const turn = encoder.turns(typedArrays, tablePositions, values);
  const own: Record<string, (want: ReferenceTensor) => [NdArray, "table" | "arithmetic"]> = {
    cos: () => [turn.cos, "table"],
    sin: () => [turn.sin, "table"],
    freqs: (want) => [anglesLike(want, turn, encoder), "arithmetic"],
    scale: () => [lengths(turn), "arithmetic"],
  };
  return Object.entries(own).flatMap(([name, make]) => {
    const want = entry.outputs64[name] ?? entry.outputs[name];
    if (!want) return [];
    const [got, kind] = make(want);
    return beside(entry, name, widenedTo(want.shape, got, encoder), kind);
  });
}

/** A value per pair → one per dimension, as the pairs lie, if theirs has that; in their shape. */
function widenedTo(shape: readonly number[], x: NdArray, encoder: RotaryEncoder): NdArray {
  const { blocks = 1, pairing, rotaryDim } = encoder;
  const half = rotaryDim / 2;
  if (x.shape.at(-1) !== half || shape.at(-1) === half) return reshaped(x, shape);
  const twice =
    pairing === "interleaved"
      ? flatten(concat([expandDims(x, -1), expandDims(x, -1)], -1), rotaryDim)
      : flatten(
          concat([unflatten(x, [blocks, half / blocks]), unflatten(x, [blocks, half / blocks])], -1),
          rotaryDim,
        );
  return reshaped(twice, shape);
}

/** The angles of a turn, with as many whole turns as theirs have. */
function anglesLike(want: ReferenceTensor, { sin, cos }: SinCos<NdArray>, encoder: RotaryEncoder): NdArray {
  const [y, x] = [sin, cos].map((table) => widenedTo(want.shape, table, encoder).data);
  const turn = 2 * Math.PI;
  const angles = Float32Array.from(want.data, (theirs, i) => {
    const angle = Math.atan2(y![i]!, x![i]!);
    return angle + turn * Math.round((theirs - angle) / turn);
  });
  return array(angles, want.shape);
}

/** By what a turn multiplies the length of a pair. */
function lengths({ sin, cos }: SinCos<NdArray>): NdArray {
  const { data, shape } = sin;
  return array(
    Float32Array.from(data, (y, i) => Math.hypot(y, cos.data[i]!)),
    shape,
  );
}

/** Rows one after the other: [a, ...rest] and [b, ...rest] → [a + b, ...rest]. */
export function rowsTogether(parts: readonly NdArray[]): NdArray {
  const [, ...rest] = parts[0]!.shape;
  const data = Int32Array.from(parts.flatMap((part) => Array.from(part.data)));
  return array(data, [data.length / sizeOf(rest), ...rest]);
}
