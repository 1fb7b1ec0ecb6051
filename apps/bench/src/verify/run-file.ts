import { array, type NdArray } from "@posenc/core";
import { float16Bits, fromFloat16Bits, type InspectedModel } from "@posenc/onnx";
import * as ort from "onnxruntime-node";

export interface OpenFile {
  /** Tensors by their names in the file; int32 goes in as int64. */
  run(feeds: Readonly<Record<string, NdArray>>): Promise<Record<string, NdArray>>;
  close(): Promise<void>;
}

/** @throws Error where ONNX Runtime does not take the file */
export async function openFile(path: string, { inputs }: InspectedModel): Promise<OpenFile> {
  const session = await inRuntime("load the file", () => ort.InferenceSession.create(path));
  const types = new Map(inputs.map(({ name, type }) => [name, type]));
  return {
    async run(feeds) {
      const tensors = Object.entries(feeds).map(([name, x]) => [name, toTensor(x, types.get(name))]);
      const results = await inRuntime("run the file", () => session.run(Object.fromEntries(tensors)));
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromTensor(tensor)]));
    },
    close: () => session.release(),
  };
}

async function inRuntime<R>(what: string, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`verify: ONNX Runtime cannot ${what}: ${(error as Error).message}`);
  }
}

function toTensor({ data, shape }: NdArray, type: string | undefined): ort.Tensor {
  if (data instanceof Int32Array) return new ort.Tensor("int64", BigInt64Array.from(data, BigInt), shape);
  return type === "float16"
    ? new ort.Tensor("float16", float16Bits(data), shape)
    : new ort.Tensor("float32", data, shape);
}

function fromTensor({ data, dims, type }: ort.Tensor): NdArray {
  if (type === "float16" && data instanceof Uint16Array) return array(fromFloat16Bits(data), dims);
  return array(data instanceof Float32Array ? data : Float32Array.from(data as Float64Array, Number), dims);
}
