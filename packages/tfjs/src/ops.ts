import { completeOps, fillSincos, type Operand, type Ops, type Primitives, sizeOf } from "@posenc/core";
import * as tf from "@tensorflow/tfjs-core";
import { relativeScoresKernel, uniqueDistances } from "./distances.ts";
import { hostValues } from "./host-values.ts";
import { layerNorm } from "./layer-norm.ts";
import { rotateKernel } from "./rotate.ts";
import { takeAlong } from "./take-along.ts";

type Tensor = tf.Tensor;
type Binary = (a: Tensor, b: Tensor) => Tensor;

/** A number takes the type of the other operand; tf.js would make it float32. */
const lifted =
  (f: Binary) =>
  (a: Operand<Tensor>, b: Operand<Tensor>): Tensor => {
    const lift = (x: Operand<Tensor>, other: Operand<Tensor>) =>
      typeof x === "number" ? tf.scalar(x, typeof other === "number" ? "float32" : other.dtype) : x;
    return f(lift(a, b), lift(b, a));
  };

/** By a product, whose gradient tf.js has at any rank; that of `broadcastTo` ends at rank 4. */
const repeatTo = (x: Tensor, shape: number[]): Tensor =>
  x.size === sizeOf(shape) ? tf.reshape(x, shape) : tf.mul(x, tf.ones(shape, x.dtype));

/** For operations whose gradient tf.js leaves as it is where it repeated an operand. */
const repeating =
  (f: Binary) =>
  (a: Operand<Tensor>, b: Operand<Tensor>): Tensor => {
    if (typeof a === "number" || typeof b === "number") return lifted(f)(a, b);
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
    return f(repeatTo(a, shape), repeatTo(b, shape));
  };

const slotOf = (x: Tensor, axis: number): number => x.rank + axis;

function swapAxes(x: Tensor, a: number, b: number): Tensor {
  const order = x.shape.map((_, axis) => axis);
  [order[slotOf(x, a)], order[slotOf(x, b)]] = [slotOf(x, b), slotOf(x, a)];
  return tf.transpose(x, order);
}

/**
 * Rows times one matrix is one product: backends are slow where they must repeat the matrix. tf.js itself
 * broadcasts leading axes only where one operand has none.
 */
function matMul(a: Tensor, b: Tensor): Tensor {
  if (b.rank === 2 && a.rank > 2) {
    const rows = tf.reshape(a, [-1, a.shape.at(-1)!]);
    return tf.reshape(tf.matMul(rows, b), [...a.shape.slice(0, -1), b.shape[1]!]);
  }
  const lead = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const repeated = (x: Tensor) => repeatTo(x, [...lead, ...x.shape.slice(-2)]);
  return tf.matMul(repeated(a), repeated(b));
}

/** positions → sines and cosines of the `frequencies` in its attributes; where a backend has it. */
export const SINCOS = "PosencSincos";

/** Host work where there is no kernel: tf.js has no float64, and positions are host data in all but name. */
function exactSincos(positions: Tensor, frequencies: Parameters<Primitives<Tensor>["exactSincos"]>[1]) {
  if (tf.getKernel(SINCOS, tf.getBackend()) !== undefined) {
    const attributes = { frequencies } as unknown as tf.NamedAttrMap;
    const [sin, cos] = tf.engine().runKernel(SINCOS, { positions }, attributes) as [Tensor, Tensor];
    return { sin, cos };
  }
  const shape = [...positions.shape, frequencies.high.length];
  const sin = new Float32Array(sizeOf(shape));
  const cos = new Float32Array(sizeOf(shape));
  fillSincos(hostValues(positions), frequencies, sin, cos);
  return { sin: tf.tensor(sin, shape), cos: tf.tensor(cos, shape) };
}

const primitives: Primitives<Tensor> = {
  describe: (x) => ({ shape: x.shape, dtype: x.dtype as "float32" | "int32", values: () => hostValues(x) }),
  constant: (data, shape) => tf.tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32"),

  add: lifted(tf.add),
  sub: lifted(tf.sub),
  mul: lifted(tf.mul),
  div: lifted(tf.div),
  minimum: repeating(tf.minimum),
  maximum: repeating(tf.maximum),

  neg: (x) => tf.neg(x),
  abs: (x) => tf.abs(x),
  floor: (x) => tf.floor(x),
  sqrt: (x) => tf.sqrt(x),
  exp: (x) => tf.exp(x),
  log: (x) => tf.log(x),
  sin: (x) => tf.sin(x),
  cos: (x) => tf.cos(x),
  float: (x) => tf.cast(x, "float32"),
  int: (x) => tf.cast(x, "int32"),

  less: lifted(tf.less),
  where: (condition, a, b) => lifted((a, b) => tf.where(condition, a, b))(a, b),

  expandDims: (x, axis) => tf.expandDims(x, x.rank + 1 + axis),
  squeeze: (x, axis) => tf.squeeze(x, [slotOf(x, axis)]),
  swapAxes,
  unflatten: (x, sizes) => tf.reshape(x, [...x.shape.slice(0, -1), ...sizes]),
  flatten: (x, size) => tf.reshape(x, [...x.shape.slice(0, -2), size]),
  concat: (xs, axis) => tf.concat([...xs], slotOf(xs[0]!, axis)),
  split: (x, sizes, axis) => tf.split(x, [...sizes], slotOf(x, axis)),
  gather: (table, indices) => tf.gather(table, indices as tf.Tensor1D),
  takeAlong,
  uniqueDistances,

  matMul,
  sum: (x, axis) => tf.sum(x, axis, true),
  mean: (x, axis) => tf.mean(x, axis, true),
  max: (x, axis) => tf.max(x, axis, true),

  exactSincos,
};

/** Ops on TensorFlow.js tensors, on whichever backend is set. Tensors come and go as in tf.js: use `tf.tidy`. */
export const tfjs: Ops<Tensor> = completeOps(primitives, {
  relativeScores: relativeScoresKernel(primitives),
  rotate: rotateKernel(primitives),
  relu: (x) => tf.relu(x),
  softmax: (x) => tf.softmax(x),
  layerNorm,
});

/** The same without kernels: every composite by its body. */
export const plainTfjs: Ops<Tensor> = completeOps(primitives);
