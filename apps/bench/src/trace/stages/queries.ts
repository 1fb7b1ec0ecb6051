import { array, type NdArray, typedArrays } from "@posenc/core";
import type { Setup } from "../setup.ts";

export interface Projections {
  /** [heads, length, dim / heads], not turned. */
  readonly queries: NdArray;
  /** The same shape. */
  readonly keys: NdArray;
}

/** Queries and keys of the sample in the first block, before training and before any encoding acts on them. */
export function queriesAndKeys({ options: { dim, heads }, initial, tokens }: Setup): Projections {
  const { gather, layerNorm, matMul, swapAxes, unflatten } = typedArrays;
  const value = (name: string): NdArray => initial[`blocks.0.attention.${name}`]!;
  const embedded = gather(initial.embedding!, array(tokens));
  const x = layerNorm(embedded, value("norm.gain"), value("norm.bias"));
  const project = (name: string) => swapAxes(unflatten(matMul(x, value(name)), [heads, dim / heads]), -3, -2);
  return { queries: project("query"), keys: project("key") };
}
