import { array, type NdArray } from "@posenc/core";
import { type Tensor, tensor } from "@tensorflow/tfjs-core";

/** Host data as a tensor; the caller disposes of it. */
export function toTensor({ data, shape }: NdArray): Tensor {
  return tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32");
}

/** A tensor's values, copied to the host. */
export async function fromTensor(x: Tensor): Promise<NdArray> {
  const values = await x.data();
  return array(x.dtype === "int32" ? Int32Array.from(values) : Float32Array.from(values), x.shape);
}
