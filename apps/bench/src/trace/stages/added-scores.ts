import { type BiasEncoder, bind, type ContentEncoder, type NdArray, typedArrays } from "@posenc/core";
import type { Setup } from "../setup.ts";
import { queriesAndKeys } from "./queries.ts";

type Values = Readonly<Record<string, NdArray>>;

/** q·kᵀ/√d of the sample in the first block, before training: [heads, length, length]. */
export function productsOf(setup: Setup): NdArray {
  const { matMul, mul, swapAxes } = typedArrays;
  const { queries, keys } = queriesAndKeys(setup);
  return mul(matMul(queries, swapAxes(keys, -2, -1)), 1 / Math.sqrt(queries.shape.at(-1)!));
}

/** What a bias adds to them. */
export function biasScores(encoder: BiasEncoder, values: Values, { positions }: Setup): NdArray {
  return bind(encoder, typedArrays, values)(positions, positions);
}

/** What an encoder adds to them that sees the words, too. */
export function contentScores(encoder: ContentEncoder, values: Values, setup: Setup): NdArray {
  const { expandDims, squeeze } = typedArrays;
  const { queries, keys } = queriesAndKeys(setup);
  const [q, k, products] = [queries, keys, productsOf(setup)].map((x) => expandDims(x, -4)) as [
    NdArray,
    NdArray,
    NdArray,
  ];
  const { positions } = setup;
  return squeeze(bind(encoder, typedArrays, values)({ q, k, products }, positions, positions), -4);
}
