import { sizeOf } from "@posenc/core";
import { backend_util, util } from "@tensorflow/tfjs-core";
import { isFloat, type Replacement } from "./replacement.ts";

/** Sum, or mean, over axes that lie side by side. */
function reduction(divisor: (count: number) => number): Replacement {
  return ({ inputs, attributes, heap }) => {
    const x = inputs.x!;
    const { axis, keepDims } = attributes as { axis: number | number[]; keepDims: boolean };
    const axes = util.parseAxisParam(axis, x.shape);
    const parts = split(x.shape, axes);
    if (!isFloat(x) || parts === undefined || sizeOf(x.shape) === 0) return undefined;
    const { outer, count, inner } = parts;
    const [shape] = backend_util.computeOutAndReduceShapes(x.shape, axes);
    const out = heap.output(keepDims ? backend_util.expandShapeToKeepDim(shape, axes) : shape);
    const [from, to, by] = [heap.address(x), heap.address(out), divisor(count)];
    if (inner === 1) heap.run.sumAlong(from, to, outer, count, by);
    else heap.run.sumAcross(from, to, outer, count, inner, by);
    return out;
  };
}

/** [outer, count, inner], of which `count` is what `axes` span; undefined where another axis lies between them. */
function split(shape: readonly number[], axes: readonly number[]) {
  const wide = axes.filter((axis) => shape[axis] !== 1).sort((a, b) => a - b);
  const [first = 0, last = -1] = [wide[0], wide.at(-1)];
  const between = shape.slice(first, last + 1).filter((size) => size !== 1).length;
  if (between !== wide.length) return undefined;
  if (wide.length === 0) return { outer: sizeOf(shape), count: 1, inner: 1 };
  return {
    outer: sizeOf(shape.slice(0, first)),
    count: sizeOf(shape.slice(first, last + 1)),
    inner: sizeOf(shape.slice(last + 1)),
  };
}

export const sum = reduction(() => 1);
export const mean = reduction((count) => count);
