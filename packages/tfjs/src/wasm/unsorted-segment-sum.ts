import { sizeOf } from "@posenc/core";
import type { KernelFunc } from "@tensorflow/tfjs-core";
import type { WasmBackend } from "./backend.ts";

/** out[segmentIds[i]] += x[i], row by row; rows with an id outside [0, numSegments) are left out, as on the other backends. */
export const unsortedSegmentSum: KernelFunc = ({ inputs, attrs, backend }) => {
  const { x, segmentIds } = inputs as {
    x: NonNullable<typeof inputs.x>;
    segmentIds: NonNullable<typeof inputs.x>;
  };
  const { numSegments } = attrs as unknown as { numSegments: number };
  const wasm = backend as WasmBackend;
  const rest = x.shape.slice(segmentIds.shape.length);
  const width = sizeOf(rest);
  const out = wasm.makeOutput([numSegments, ...rest], x.dtype);
  const [to, from, ids] = [out, x, segmentIds].map((info) => wasm.typedArrayFromHeap(info)) as [
    Float32Array,
    Float32Array,
    Int32Array,
  ];
  to.fill(0);
  ids.forEach((id, row) => {
    if (id < 0 || id >= numSegments) return;
    const [start, source] = [id * width, row * width];
    for (let i = 0; i < width; i++) to[start + i]! += from[source + i]!;
  });
  return out;
};
