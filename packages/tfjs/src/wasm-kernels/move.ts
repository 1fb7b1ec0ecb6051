/** Kernels that change no value. */
import { sizeOf } from "@posenc/core";
import { backend_util, slice_util, type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { Heap } from "./heap.ts";
import { isWord, type Replacement } from "./replacement.ts";

const WORD = 4;

/** The stock kernels copy. */
export const identity: Replacement = ({ inputs, heap }) =>
  inputs.x!.dtype === "string" ? undefined : heap.share(inputs.x!);

export const cast: Replacement = ({ inputs, attributes, heap }) =>
  inputs.x!.dtype === "string" || inputs.x!.dtype !== attributes.dtype ? undefined : heap.share(inputs.x!);

export const gather: Replacement = ({ inputs, attributes, heap, backend }) => {
  const [x, indices] = [inputs.x!, inputs.indices!];
  const axis = util.parseAxisParam(attributes.axis as number, x.shape)[0]!;
  if (!isWord(x) || indices.dtype !== "int32" || attributes.batchDims || sizeOf(x.shape) === 0)
    return undefined;
  const [before, rows, after] = [x.shape.slice(0, axis), x.shape[axis]!, x.shape.slice(axis + 1)];
  const [count, bytes] = [sizeOf(indices.shape), sizeOf(after) * WORD];
  const out = heap.output([...before, ...indices.shape, ...after], x.dtype);
  const ids = heap.address(indices);
  let [from, to] = [heap.address(x), heap.address(out)];
  for (let i = 0; i < sizeOf(before); i++) {
    if (heap.run.gatherRows(from, ids, to, count, bytes, rows) >= 0) {
      backend.disposeData(out.dataId);
      return undefined; // the stock kernel says which index is wrong
    }
    from += rows * bytes;
    to += count * bytes;
  }
  return out;
};

export const concat: Replacement = ({ inputs, attributes, heap }) => {
  const all = Object.values(inputs);
  const axis = util.parseAxisParam(attributes.axis as number, all[0]!.shape)[0]!;
  const shapes = all.map(({ shape }) => shape);
  backend_util.assertParamsConsistent(shapes, axis);
  const shape = backend_util.computeOutShape(shapes, axis);
  if (!isWord(...all) || all.some(({ dtype }) => dtype !== all[0]!.dtype) || sizeOf(shape) === 0)
    return undefined;
  const out = heap.output(shape, all[0]!.dtype);
  const width = sizeOf(shape.slice(axis)) * WORD;
  let to = heap.address(out);
  for (const x of all) {
    const bytes = sizeOf(x.shape.slice(axis)) * WORD;
    heap.run.copyRows(heap.address(x), bytes, to, width, bytes, sizeOf(shape.slice(0, axis)));
    to += bytes;
  }
  return out;
};

/** `size` of the entries along an axis, from `begin`. */
function part(heap: Heap, x: TensorInfo, axis: number, begin: number, size: number): TensorInfo {
  const entry = sizeOf(x.shape.slice(axis + 1)) * WORD;
  const out = heap.output(x.shape.with(axis, size), x.dtype);
  const [stride, bytes] = [x.shape[axis]! * entry, size * entry];
  const rows = sizeOf(x.shape.slice(0, axis));
  heap.run.copyRows(heap.address(x) + begin * entry, stride, heap.address(out), bytes, bytes, rows);
  return out;
}

/** Where one axis is cut. */
export const slice: Replacement = ({ inputs, attributes, heap }) => {
  const x = inputs.x!;
  if (!isWord(x)) return undefined;
  const given = attributes as { begin: number[]; size: number[] };
  const [begin, size] = slice_util.parseSliceParams(x as never, given.begin, given.size) as [
    number[],
    number[],
  ];
  slice_util.assertParamsValid(x as never, begin, size);
  const cut = size.flatMap((length, axis) => (length === x.shape[axis] ? [] : [axis]));
  if (cut.length > 1 || sizeOf(size) === 0) return undefined;
  return cut.length === 0 ? heap.share(x) : part(heap, x, cut[0]!, begin[cut[0]!]!, size[cut[0]!]!);
};

export const splitV: Replacement = ({ inputs, attributes, heap }) => {
  const x = inputs.x!;
  if (!isWord(x) || sizeOf(x.shape) === 0) return undefined;
  const { axis, numOrSizeSplits } = attributes as { axis: number; numOrSizeSplits: number | number[] };
  const along = util.parseAxisParam(axis, x.shape)[0]!;
  let begin = 0;
  return backend_util.prepareSplitSize(x as never, numOrSizeSplits, along).map((size) => {
    const piece = part(heap, x, along, begin, size);
    begin += size;
    return piece;
  });
};
