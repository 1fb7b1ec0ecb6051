import type { Composites } from "../ops.ts";
import { broadcastStrides, eachRow } from "./broadcast.ts";
import type { NdArray } from "./nd-array.ts";

/** One pass over `x`; each product and sum in float64, rounded once. */
const rotate: Composites<NdArray>["rotate"] = (x, { sin, cos }, { pairing, dim, rotaryDim }) => {
  const half = rotaryDim / 2;
  const [pairStep, memberStep] = pairing === "halves" ? [1, half] : [2, 1];
  const out = Float32Array.from(x.data);
  const rows = [...x.shape.slice(0, -1), half];
  const strides = [
    [...broadcastStrides([...x.shape.slice(0, -1), dim], x.shape).slice(0, -1), 0],
    broadcastStrides(sin.shape, rows),
  ];
  eachRow(rows, strides, ([at, turn]) => {
    for (let i = 0; i < half; i++) {
      const first = at! + i * pairStep;
      const second = first + memberStep;
      const [s, c] = [sin.data[turn! + i]!, cos.data[turn! + i]!];
      const [a, b] = [x.data[first]!, x.data[second]!];
      out[first] = a * c - b * s;
      out[second] = b * c + a * s;
    }
  });
  return { data: out, shape: x.shape };
};

export const kernels: Partial<Composites<NdArray>> = { rotate };
