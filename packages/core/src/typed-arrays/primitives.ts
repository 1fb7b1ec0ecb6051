import { fillSincos } from "../frequencies.ts";
import type { Primitives } from "../ops.ts";
import { sizeOf } from "../parameters.ts";
import { relativePositions } from "../relative-positions.ts";
import * as elementwise from "./elementwise.ts";
import { matMul } from "./mat-mul.ts";
import { concat, gather, slotOf, split, swapAxes, takeAlong } from "./moves.ts";
import { array, type NdArray } from "./nd-array.ts";

/** Folds each line along `axis` into one value, in float64. */
function reduction(fold: (line: Float64Array) => number) {
  return ({ data, shape }: NdArray, axis: number): NdArray => {
    const at = slotOf(shape.length, axis);
    const length = shape[at]!;
    const inner = sizeOf(shape.slice(at + 1));
    const out = new Float32Array(data.length / length);
    const line = new Float64Array(length);
    for (let o = 0; o < out.length; o++) {
      const start = Math.floor(o / inner) * length * inner + (o % inner);
      for (let i = 0; i < length; i++) line[i] = data[start + i * inner]!;
      out[o] = fold(line);
    }
    return { data: out, shape: shape.map((n, i) => (i === at ? 1 : n)) };
  };
}

const float = ({ data, shape }: NdArray): NdArray => ({ data: Float32Array.from(data), shape });

const total = (line: Float64Array): number => line.reduce((sum, value) => sum + value, 0);

function uniqueDistances(queries: NdArray, keys: NdArray) {
  const { data, shape } = relativePositions(primitives, queries, keys);
  const places = new Map<number, number>();
  for (let i = 0; i < data.length; i++) places.set(data[i]!, 0);
  const distances = Int32Array.from(places.keys()).sort();
  for (const [place, distance] of distances.entries()) places.set(distance, place);
  const index = new Int32Array(data.length);
  for (let i = 0; i < data.length; i++) index[i] = places.get(data[i]!)!;
  return { distances: array(distances), index: array(index, shape) };
}

export const primitives: Primitives<NdArray> = {
  describe: ({ data, shape }) => ({
    shape,
    dtype: data instanceof Int32Array ? "int32" : "float32",
    values: () => data,
  }),
  constant: array,

  add: elementwise.add,
  sub: elementwise.sub,
  mul: elementwise.mul,
  div: elementwise.div,
  minimum: elementwise.minimum,
  maximum: elementwise.maximum,

  neg: elementwise.unary((a) => -a),
  abs: elementwise.unary(Math.abs),
  floor: elementwise.unary(Math.floor),
  sqrt: elementwise.unary(Math.sqrt),
  exp: elementwise.unary(Math.exp),
  log: elementwise.unary(Math.log),
  sin: elementwise.unary(Math.sin),
  cos: elementwise.unary(Math.cos),
  float,
  int: ({ data, shape }) => ({ data: Int32Array.from(data), shape }),

  less: (a, b) => float(elementwise.less(a, b)),
  where(condition, a, b) {
    const wholes = [a, b].some((x) => typeof x !== "number" && x.data instanceof Int32Array);
    const test = wholes ? { ...condition, data: Int32Array.from(condition.data) } : condition;
    return elementwise.add(elementwise.keep(test, a), elementwise.drop(test, b));
  },

  expandDims: ({ data, shape }, axis) => ({
    data,
    shape: shape.toSpliced(slotOf(shape.length + 1, axis), 0, 1),
  }),
  squeeze: ({ data, shape }, axis) => ({ data, shape: shape.toSpliced(slotOf(shape.length, axis), 1) }),
  swapAxes,
  unflatten: ({ data, shape }, sizes) => array(data, [...shape.slice(0, -1), ...sizes]),
  flatten: ({ data, shape }, size) => array(data, [...shape.slice(0, -2), size]),
  concat,
  split,
  gather,
  takeAlong,
  uniqueDistances,

  matMul,
  sum: reduction(total),
  mean: reduction((line) => total(line) / line.length),
  max: reduction((line) => line.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)),

  exactSincos({ data, shape }, frequencies) {
    const size = data.length * frequencies.high.length;
    const [sin, cos] = [new Float32Array(size), new Float32Array(size)];
    fillSincos(data, frequencies, sin, cos);
    const tableShape = [...shape, frequencies.high.length];
    return { sin: { data: sin, shape: tableShape }, cos: { data: cos, shape: tableShape } };
  },
};
