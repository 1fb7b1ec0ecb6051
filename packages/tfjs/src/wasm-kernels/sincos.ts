import { type Frequencies, fillSincos, sizeOf } from "@posenc/core";
import type { Replacement } from "./replacement.ts";

/** What the kernel does not do (growth, products beyond 2^26) is computed here. */
export const sincos: Replacement = ({ inputs, attributes, heap, backend }) => {
  const positions = inputs.positions!;
  const frequencies = attributes.frequencies as unknown as Frequencies;
  const { high, low, amplitude = 1, growth } = frequencies;
  const shape = [...positions.shape, high.length];
  if (sizeOf(shape) > 0 && growth === undefined) {
    const outputs = [heap.output(shape), heap.output(shape)];
    const table = heap.scratch(2 * high.byteLength);
    const [sin, cos] = outputs.map(heap.address) as [number, number];
    new Float64Array(heap.buffer(), table, high.length).set(high);
    new Float64Array(heap.buffer(), table + high.byteLength, high.length).set(low);
    const given = [heap.address(positions), Number(positions.dtype === "int32"), sizeOf(positions.shape)];
    const within = [table, table + high.byteLength, high.length, amplitude, sin, cos];
    if (heap.run.sincos(...given, ...within) !== 0) return outputs;
    for (const { dataId } of outputs) backend.disposeData(dataId);
  }
  const [sin, cos] = [new Float32Array(sizeOf(shape)), new Float32Array(sizeOf(shape))];
  fillSincos(backend.typedArrayFromHeap(positions), frequencies, sin, cos);
  return [sin, cos].map((values) => backend.makeOutput(shape, "float32", undefined, values));
};
