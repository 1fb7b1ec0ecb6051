import { array, type NdArray, sizeOf, typedArrays } from "@posenc/core";

const { add, expandDims, less, matMul, mul, softmax, swapAxes, where } = typedArrays;

interface Attending {
  readonly q: NdArray;
  readonly k: NdArray;
  readonly v: NdArray;
  readonly scores?: NdArray;
  /** Positions [rows, length] of queries and keys, where no token may see a later one. */
  readonly causal?: readonly [queries: NdArray, keys: NdArray];
}

/** softmax(q·kᵀ / √dim + scores)·v, all [batch, heads, length, dim]; several heads may share one of k and v. */
export function attend({ q, k, v, scores, causal }: Attending): NdArray {
  const heads = q.shape.at(-3)!;
  const products = productsOf(q, shared(k, heads));
  const all = scores ? add(products, scores) : products;
  return matMul(softmax(causal ? hidden(all, ...causal) : all), shared(v, heads));
}

/** q·kᵀ / √dim. */
export function productsOf(q: NdArray, k: NdArray): NdArray {
  return mul(matMul(q, swapAxes(k, -2, -1)), 1 / Math.sqrt(q.shape.at(-1)!));
}

function hidden(scores: NdArray, queries: NdArray, keys: NdArray): NdArray {
  const later = expandDims(less(expandDims(queries, -1), expandDims(keys, -2)), -3);
  return where(later, -1e9, scores);
}

/** [batch, few, length, dim] → [batch, heads, length, dim], each head as often as it takes. */
function shared(x: NdArray, heads: number): NdArray {
  const [batch, few, ...rest] = x.shape as [number, number, number, number];
  if (few === heads) return x;
  const size = sizeOf(rest);
  const data = new Float32Array(batch * heads * size);
  for (let i = 0; i < batch * heads; i++) {
    const from = Math.floor(i / heads) * few + Math.floor(((i % heads) * few) / heads);
    data.set(x.data.subarray(from * size, (from + 1) * size), i * size);
  }
  return array(data, [batch, heads, ...rest]);
}
