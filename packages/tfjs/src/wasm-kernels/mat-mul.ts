import { sizeOf } from "@posenc/core";
import { broadcast_util, type TensorInfo } from "@tensorflow/tfjs-core";
import { mergedAxes } from "./axes.ts";
import { isFloat, type Replacement } from "./replacement.ts";

interface Matrices {
  readonly lead: readonly number[];
  readonly rows: number;
  readonly columns: number;
  /** From one row, or column, to the next. */
  readonly row: number;
  readonly column: number;
}

function matrices({ shape }: TensorInfo, transposed: boolean): Matrices {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const lead = shape.slice(0, -2);
  return transposed
    ? { lead, rows: columns, columns: rows, row: 1, column: columns }
    : { lead, rows, columns, row: columns, column: 1 };
}

/** Any of the operands transposed, any number of leading axes, which are repeated as in NumPy. */
export const matMul: Replacement = ({ inputs, attributes, heap, backend }) => {
  const [a, b] = [inputs.a!, inputs.b!];
  const first = matrices(a, attributes.transposeA as boolean);
  const second = matrices(b, attributes.transposeB as boolean);
  if (!isFloat(a, b) || first.columns !== second.rows) return undefined;

  const lead = broadcast_util.assertAndGetBroadcastShape([...first.lead], [...second.lead]);
  const [m, k, n] = [first.rows, first.columns, second.columns];
  const shape = [...lead, m, n];
  if (k === 0) return backend.makeOutput(shape, "float32", undefined, new Float32Array(sizeOf(shape)));
  const out = heap.output(shape);
  if (sizeOf(shape) === 0) return out;

  const { run } = heap;
  const scratch = heap.scratch(run.matMulScratch());
  const axes = mergedAxes(lead, [first.lead, second.lead]);
  const [strideA, strideB] = axes.strides as [number[], number[]];
  const [batch, nextA, nextB] = [axes.sizes.at(-1) ?? 1, strideA.at(-1) ?? 0, strideB.at(-1) ?? 0];
  // one matrix after the other times the same matrix is one tall product
  const tall = nextA === 1 && nextB === 0 && first.column === 1;
  const [items, height] = tall ? [1, batch * m] : [batch, m];
  const from = { a: heap.address(a), b: heap.address(b), out: heap.address(out) };

  const multiply = (axis: number, itemA: number, itemB: number): void => {
    if (axis < axes.sizes.length - 1) {
      for (let i = 0; i < axes.sizes[axis]!; i++) {
        multiply(axis + 1, itemA + i * strideA[axis]!, itemB + i * strideB[axis]!);
      }
      return;
    }
    const [atA, atB] = [from.a + itemA * m * k * 4, from.b + itemB * k * n * 4];
    const planes = [
      atA,
      first.row,
      first.column,
      nextA * m * k,
      atB,
      second.row,
      second.column,
      nextB * k * n,
    ];
    run.matMul(...planes, from.out, items, height, n, k, scratch);
    from.out += batch * m * n * 4;
  };
  multiply(0, 0, 0);
  return out;
};
