import { type Primitives, sizeOf } from "@posenc/core";
import {
  add,
  customGrad,
  gather,
  reshape,
  type Tensor,
  type Tensor1D,
  tensor,
  transpose,
  unsortedSegmentSum,
} from "@tensorflow/tfjs-core";

/**
 * Rows that have one list of indices are gathered together. With a gradient of its own: that of `gather` asks for one
 * of the indices where they were computed.
 */
export const takeAlong: Primitives<Tensor>["takeAlong"] = (x, indices) => {
  const [lead, length] = [x.shape.slice(0, -1), x.shape.at(-1)!];
  const [own, width] = [indices.shape.slice(0, -1), indices.shape.at(-1)!];
  const apart = own.findIndex((n) => n !== 1);
  const rest = apart < 0 ? [] : lead.slice(lead.length - own.length + apart);
  const rows = sizeOf(rest);
  const outer = sizeOf(lead.slice(0, lead.length - rest.length));
  const take = customGrad((...given) => {
    const [x, save] = given as unknown as [Tensor, (tensors: Tensor[]) => void];
    const within = reshape(indices, [...own.slice(own.length - rest.length), width]);
    const placed = rows === 1 ? within : add(within, rowStarts(rest, width, length));
    const places = reshape(placed, [-1]) as Tensor1D;
    save([places]);
    return {
      value: reshape(gather(reshape(x, [outer, rows * length]), places, 1), [...lead, width]),
      gradFunc(dy: Tensor, [places]: Tensor[]) {
        const columns = transpose(reshape(dy, [outer, rows * width]));
        const sums = unsortedSegmentSum(columns, places as Tensor1D, rows * length);
        return reshape(transpose(sums), x.shape);
      },
    };
  });
  return take(x);
};

/** Where each row begins, for every index: backends are slow where they must repeat it. */
function rowStarts(lead: readonly number[], width: number, length: number): Tensor {
  const rows = sizeOf(lead);
  const starts = new Int32Array(rows * width);
  for (let row = 1; row < rows; row++) starts.fill(row * length, row * width, (row + 1) * width);
  return tensor(starts, [...lead, width], "int32");
}
