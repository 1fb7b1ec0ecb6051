import { array, type NdArray } from "@posenc/core";
import { type Tensor, tensor } from "@tensorflow/tfjs-core";
import { requireBackend } from "./check-backend.ts";

/** Host data as a tensor; the caller disposes of it. @throws TypeError where tf.js has no backend */
export function toTensor({ data, shape }: NdArray): Tensor {
  requireBackend("toTensor");
  return tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32");
}

/** A tensor's values, copied to the host. */
export async function fromTensor(x: Tensor): Promise<NdArray> {
  const values = await x.data();
  return array(x.dtype === "int32" ? Int32Array.from(values) : Float32Array.from(values), x.shape);
}
