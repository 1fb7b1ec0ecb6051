import type { RotaryLayout } from "@posenc/core";
import { broadcast_util, type TensorInfo, util } from "@tensorflow/tfjs-core";
import { mergedAxes, padded } from "./axes.ts";
import { isFloat, type Replacement } from "./replacement.ts";

/** Undefined where the turn makes x larger, or is repeated in a way that takes more than three loops. */
export const rotate: Replacement = ({ inputs, attributes, heap }) => {
  const { x, sin, cos } = inputs as Record<"x" | "sin" | "cos", TensorInfo>;
  const { pairing, dim, rotaryDim } = attributes as unknown as RotaryLayout;
  const [rows, turns] = [x.shape.slice(0, -1), sin.shape.slice(0, -1)];
  if (!isFloat(x, sin, cos) || !util.arraysEqual(sin.shape, cos.shape)) return undefined;
  if (x.shape.at(-1) !== dim || sin.shape.at(-1) !== rotaryDim / 2) return undefined;
  if (!util.arraysEqual(broadcast_util.assertAndGetBroadcastShape(rows, turns), rows)) return undefined;
  const axes = padded(mergedAxes(rows, [turns]), 3);
  if (axes === undefined) return undefined;
  const out = heap.output(x.shape);
  const half = rotaryDim / 2;
  const addresses = [x, sin, cos, out].map(heap.address);
  const strides = axes.strides[0]!.map((stride) => stride * half);
  heap.run.rotate(...addresses, ...axes.sizes, ...strides, dim, half, Number(pairing === "interleaved"));
  return out;
};
