import { sizeOf } from "@posenc/core";
import { util } from "@tensorflow/tfjs-core";
import { isWord, type Replacement } from "./replacement.ts";

interface Axis {
  readonly size: number;
  /** How far apart two neighbours lie in the operand. */
  readonly stride: number;
}

/** The axes of the result, without those of length 1, and merged where they lie side by side in the operand too. */
function axesOf(shape: number[], order: readonly number[]): Axis[] {
  const strides = [...util.computeStrides(shape), 1].slice(-shape.length);
  const merged: Axis[] = [];
  for (const axis of order) {
    const [size, stride] = [shape[axis]!, strides[axis]!];
    if (size === 1) continue;
    const last = merged.at(-1);
    if (last?.stride === stride * size) merged.splice(-1, 1, { size: last.size * size, stride });
    else merged.push({ size, stride });
  }
  return merged;
}

const WORD = 4;

export const transpose: Replacement = ({ inputs, attributes, heap }) => {
  const x = inputs.x!;
  const order = attributes.perm as number[];
  const axes = axesOf(x.shape, order);
  const shape = order.map((axis) => x.shape[axis]!);
  const last = axes.at(-1);
  if (!isWord(x) || sizeOf(shape) === 0 || axes.length > 4) return undefined;
  if (axes.length <= 1) return heap.share(x, shape);

  const out = heap.output(shape, x.dtype);
  const [from, to] = [heap.address(x), heap.address(out)];
  const counted = (list: readonly Axis[], count: number): [sizes: number[], strides: number[]] => {
    const all = [...new Array<Axis>(count - list.length).fill({ size: 1, stride: 0 }), ...list];
    return [all.map(({ size }) => size), all.map(({ stride }) => stride * WORD)];
  };
  const [columns, rows] = axes.slice(-2) as [Axis, Axis];
  if (last?.stride === 1) {
    const [sizes, strides] = counted(axes.slice(0, -1), 3);
    heap.run.permuteRows(from, to, ...sizes, ...strides, last.size * WORD);
  } else if (
    columns.stride === 1 &&
    rows.stride === columns.size &&
    isDense(axes.slice(0, -2), columns, rows)
  ) {
    heap.run.transpose(from, to, axes.length === 3 ? axes[0]!.size : 1, rows.size, columns.size);
  } else {
    const [sizes, strides] = counted(axes, 4);
    heap.run.permute(from, to, ...sizes, ...strides);
  }
  return out;
};

/** At most one axis, along which whole matrices follow each other. */
const isDense = (lead: readonly Axis[], columns: Axis, rows: Axis): boolean =>
  lead.length === 0 || (lead.length === 1 && lead[0]!.stride === columns.size * rows.size);
