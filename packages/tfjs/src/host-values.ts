import type { DataId, Tensor, TypedArray } from "@tensorflow/tfjs-core";

const known = new WeakMap<DataId, TypedArray>();

/**
 * The values of a tensor on the host. Read once for each tensor and remembered as long as it lives, so that
 * positions on a GPU cost one read, not one in each step.
 */
export function hostValues(x: Tensor): TypedArray {
  const values = known.get(x.dataId) ?? x.dataSync();
  known.set(x.dataId, values);
  return values;
}
