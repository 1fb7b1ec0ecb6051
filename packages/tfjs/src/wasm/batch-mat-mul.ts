import { sizeOf } from "@posenc/core";
import { getKernel, type KernelFunc, type TensorInfo } from "@tensorflow/tfjs-core";
import type { WasmBackend } from "./backend.ts";

interface Attributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** One product with a transposed operand goes by way of `Transpose` to the plain product; all else to the stock kernel. */
export function batchMatMul(stock: KernelFunc): KernelFunc {
  return (parameters) => {
    const { inputs, attrs, backend } = parameters;
    const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
    const { transposeA, transposeB } = attrs as unknown as Attributes;
    const single = [a, b].every(({ shape }) => sizeOf(shape.slice(0, -2)) === 1);
    if (!single || !(transposeA || transposeB) || a.dtype !== "float32" || b.dtype !== "float32")
      return stock(parameters);

    const wasm = backend as WasmBackend;
    const temporary: TensorInfo[] = [];
    const plain = (x: TensorInfo, transposed: boolean): TensorInfo => {
      if (!transposed) return x;
      const matrix = { ...x, shape: x.shape.slice(-2) };
      const turned = getKernel("Transpose", "wasm").kernelFunc({
        inputs: { x: matrix },
        attrs: { perm: [1, 0] },
        backend: wasm,
      });
      temporary.push(turned as TensorInfo);
      return { ...(turned as TensorInfo), shape: [...x.shape.slice(0, -2), ...(turned as TensorInfo).shape] };
    };
    const out = stock({
      inputs: { a: plain(a, transposeA), b: plain(b, transposeB) },
      attrs: { transposeA: false, transposeB: false },
      backend: wasm,
    });
    for (const { dataId } of temporary) wasm.disposeData(dataId);
    return out;
  };
}
