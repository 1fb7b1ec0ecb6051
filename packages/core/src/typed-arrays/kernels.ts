import { compositeBodies } from "../composites.ts";
import type { Composites } from "../ops.ts";
import { sizeOf } from "../parameters.ts";
import { broadcastShape, broadcastStrides, eachRow } from "./broadcast.ts";
import type { NdArray } from "./nd-array.ts";
import { primitives } from "./primitives.ts";

type Data = NdArray["data"];

const bodies = compositeBodies(primitives);

/** One pass over `x`, unless the turn is the larger one; each product and sum in float64, rounded once. */
const rotate: Composites<NdArray>["rotate"] = (x, { sin, cos }, layout) => {
  const { pairing, dim, rotaryDim } = layout;
  const half = rotaryDim / 2;
  const rows = [...x.shape.slice(0, -1), half];
  const plain = x.shape.at(-1) === dim && sin.shape.at(-1) === half && `${sin.shape}` === `${cos.shape}`;
  if (!plain || `${broadcastShape(rows, sin.shape)}` !== `${rows}`)
    return bodies.rotate(x, { sin, cos }, layout);
  const [pairStep, memberStep] = pairing === "halves" ? [1, half] : [2, 1];
  const out = rotaryDim < dim ? Float32Array.from(x.data) : new Float32Array(x.data.length);
  const strides = [
    [...broadcastStrides([...x.shape.slice(0, -1), dim], x.shape).slice(0, -1), 0],
    broadcastStrides(sin.shape, rows),
  ];
  eachRow(rows, strides, ([at, turn]) => {
    turnRow(out, x.data, at!, pairStep, memberStep, sin.data, cos.data, turn!, half);
  });
  return { data: out, shape: x.shape };
};

function turnRow(
  out: Float32Array,
  x: Data,
  at: number,
  pairStep: number,
  memberStep: number,
  sin: Data,
  cos: Data,
  turn: number,
  half: number,
): void {
  for (let i = 0; i < half; i++, at += pairStep) {
    const s = sin[turn + i]!;
    const c = cos[turn + i]!;
    const a = x[at]!;
    const b = x[at + memberStep]!;
    out[at] = a * c - b * s;
    out[at + memberStep] = b * c + a * s;
  }
}

/** Asks once for each distance; scores of another shape are the body's. */
const relativeScores: Composites<NdArray>["relativeScores"] = (queries, keys, scoreOf) => {
  const { distances, index } = primitives.uniqueDistances(queries, keys);
  const scores = scoreOf(primitives.expandDims(distances, -2)); // [heads, 1, d]
  const [heads = 0, count] = [scores.shape[0], distances.data.length];
  const fits = scores.data instanceof Float32Array && `${scores.shape}` === `${[heads, 1, count]}`;
  if (!fits) return bodies.relativeScores(queries, keys, scoreOf);
  const [lead, pairs] = [index.shape.slice(0, -2), sizeOf(index.shape.slice(-2))];
  const out = new Float32Array(sizeOf(lead) * heads * pairs);
  for (let row = 0; row < out.length / pairs; row++) {
    const from = (row % heads) * count;
    const places = index.data.subarray(Math.floor(row / heads) * pairs);
    for (let i = 0, o = row * pairs; i < pairs; i++) out[o + i] = scores.data[from + places[i]!]!;
  }
  return { data: out, shape: [...lead, heads, ...index.shape.slice(-2)] };
};

export const kernels: Partial<Composites<NdArray>> = { relativeScores, rotate };
