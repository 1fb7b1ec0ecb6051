/** Distances between positions are found on the host: positions are host data in all but name. */
import {
  array,
  type Composites,
  completeOps,
  type Distances,
  type NdArray,
  type Primitives,
  sizeOf,
  typedArrays,
} from "@posenc/core";
import { type DataId, reshape, type Tensor, tensor, transpose } from "@tensorflow/tfjs-core";
import { hostValues } from "./host-values.ts";
import { takeAlong } from "./take-along.ts";

interface Found {
  readonly keys: DataId;
  readonly shapes: string;
  readonly distances: Distances<NdArray>;
}

/** The last ones of each tensor of queries. */
const found = new WeakMap<DataId, Found>();

function onHost(queries: Tensor, keys: Tensor): Distances<NdArray> {
  const shapes = `${queries.shape}; ${keys.shape}`;
  const last = found.get(queries.dataId);
  if (last?.keys === keys.dataId && last.shapes === shapes) return last.distances;
  const host = (x: Tensor) => array(hostValues(x) as Int32Array, x.shape);
  const distances = typedArrays.uniqueDistances(host(queries), host(keys));
  found.set(queries.dataId, { keys: keys.dataId, shapes, distances });
  return distances;
}

const onDevice = ({ data, shape }: NdArray): Tensor => tensor(data, [...shape], "int32");

export const uniqueDistances: Primitives<Tensor>["uniqueDistances"] = (queries, keys) => {
  const { distances, index } = onHost(queries, keys);
  return { distances: onDevice(distances), index: onDevice(index) };
};

/** Asks once for each distance; scores of another shape are the body's. */
export function relativeScoresKernel(primitives: Primitives<Tensor>): Composites<Tensor>["relativeScores"] {
  const body = completeOps(primitives).relativeScores;
  return (queries, keys, scoreOf) => {
    const { distances, index } = onHost(queries, keys);
    const count = distances.data.length;
    const scores = scoreOf(onDevice(array(distances.data, [1, count]))); // [heads, 1, d]
    const heads = scores.shape[0] ?? 0;
    if (`${scores.shape}` !== `${[heads, 1, count]}`) return body(queries, keys, scoreOf);
    const each = takeAlong(reshape(scores, [heads, count]), onDevice(array(index.data)));
    const [lead, pairs] = [index.shape.slice(0, -2), index.shape.slice(-2)];
    if (lead.length === 0) return reshape(each, [heads, ...pairs]);
    const headsFirst = reshape(each, [heads, sizeOf(lead), ...pairs]);
    return reshape(transpose(headsFirst, [1, 0, 2, 3]), [...lead, heads, ...pairs]);
  };
}
