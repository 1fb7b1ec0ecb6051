import { sizeOf } from "@posenc/core";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { AdamAttributes } from "../adam-step.ts";
import type { Replacement } from "./replacement.ts";

/** New memory for each result: others may hold the old values. */
export const adam: Replacement = ({ inputs, attributes, heap }) => {
  const { value, gradient, first, second } = inputs as Record<
    "value" | "gradient" | "first" | "second",
    TensorInfo
  >;
  const { beta1, beta2, rest1, rest2, rate, epsilon, keep } = attributes as unknown as AdamAttributes;
  const out = [heap.output(value.shape), heap.output(value.shape), heap.output(value.shape)];
  const addresses = [value, gradient, first, second, ...out].map(heap.address);
  const moments = [beta1, 1 - beta1, beta2, 1 - beta2, rest1, rest2];
  heap.run.adam(...addresses, sizeOf(value.shape), ...moments, rate, epsilon, keep);
  return out;
};
