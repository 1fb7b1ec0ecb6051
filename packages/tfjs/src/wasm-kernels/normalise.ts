/** Softmax, layer normalisation, and gradients that are kernels of our own. */
import { sizeOf } from "@posenc/core";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { isFloat, type Replacement } from "./replacement.ts";

const rowsOf = ({ shape }: TensorInfo): [rows: number, width: number] => [
  sizeOf(shape.slice(0, -1)),
  shape.at(-1)!,
];

export const softmax: Replacement = ({ inputs, attributes, heap }) => {
  const x = inputs.logits!;
  if (!isFloat(x) || attributes.dim !== x.shape.length - 1) return undefined;
  const out = heap.output(x.shape);
  heap.run.softmax(heap.address(x), heap.address(out), ...rowsOf(x));
  return out;
};

export const softmaxGradient: Replacement = ({ inputs, heap }) => {
  const [dy, y] = [inputs.dy!, inputs.y!];
  const out = heap.output(y.shape);
  heap.run.softmaxGradient(heap.address(dy), heap.address(y), heap.address(out), ...rowsOf(y));
  return out;
};

export const reluGradient: Replacement = ({ inputs, heap }) => {
  const [dy, x] = [inputs.dy!, inputs.x!];
  const out = heap.output(x.shape);
  heap.run.reluGradient(heap.address(dy), heap.address(x), heap.address(out), sizeOf(x.shape));
  return out;
};

export const layerNorm: Replacement = ({ inputs, attributes, heap }) => {
  const { x, gain, bias } = inputs as Record<"x" | "gain" | "bias", TensorInfo>;
  const out = heap.output(x.shape);
  const addresses = [x, gain, bias, out].map(heap.address);
  heap.run.layerNorm(...addresses, ...rowsOf(x), attributes.epsilon as number);
  return out;
};

export const layerNormGradient: Replacement = ({ inputs, attributes, heap }) => {
  const { dy, x, gain } = inputs as Record<"dy" | "x" | "gain", TensorInfo>;
  const out = [x, gain, gain].map(({ shape }) => heap.output(shape));
  const addresses = [dy, x, gain, ...out].map(heap.address);
  heap.run.layerNormGradient(...addresses, ...rowsOf(x), attributes.epsilon as number);
  return out;
};
