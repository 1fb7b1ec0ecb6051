import { sizeOf } from "@posenc/core";
import { isFloat, type Replacement } from "./replacement.ts";

/** The gradient of gather: rows added up by their ids. */
export const segmentSum: Replacement = ({ inputs, attributes, heap }) => {
  const [x, ids] = [inputs.x!, inputs.segmentIds!];
  if (!isFloat(x) || ids.dtype !== "int32") return undefined;
  const rows = attributes.numSegments as number;
  const rest = x.shape.slice(ids.shape.length);
  const out = heap.output([rows, ...rest]);
  const [from, by, to] = [x, ids, out].map(heap.address) as [number, number, number];
  heap.run.scatterAdd(from, by, to, sizeOf(ids.shape), sizeOf(rest), rows);
  return out;
};
