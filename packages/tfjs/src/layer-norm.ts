import type { Composites } from "@posenc/core";
import {
  add,
  customGrad,
  engine,
  getBackend,
  getKernel,
  mean,
  mul,
  rsqrt,
  square,
  sub,
  sum,
  type Tensor,
} from "@tensorflow/tfjs-core";

/** x, gain, bias → normalised; dy, x, gain → gradients of x, gain and bias. Where a backend has them. */
export const LAYER_NORM = "PosencLayerNorm";
export const LAYER_NORM_GRADIENT = "PosencLayerNormGradient";

const EPSILON = 1e-5;

/** Layer normalisation with its gradient in closed form: half the kernels of the composed one. */
export const layerNorm: Composites<Tensor>["layerNorm"] = (x, gain, bias) =>
  (isFused(x, gain, bias) ? fused : normalise)(x, gain, bias) as Tensor;

type Given = [x: Tensor, gain: Tensor, bias: Tensor, save: (tensors: Tensor[]) => void];

const normalise = customGrad((...given) => {
  const [x, gain, bias, save] = given as unknown as Given;
  const centred = sub(x, mean(x, -1, true));
  const inverse = rsqrt(add(mean(square(centred), -1, true), EPSILON));
  const unit = mul(centred, inverse);
  save([unit, inverse, gain]);
  return {
    value: add(mul(unit, gain), bias),
    gradFunc: (dy: Tensor, saved: Tensor[]) => {
      const [unit, inverse, gain] = saved as [Tensor, Tensor, Tensor];
      const rows = unit.shape.slice(0, -1).map((_, axis) => axis);
      const dUnit = mul(dy, gain);
      const along = mean(mul(dUnit, unit), -1, true);
      const dx = mul(sub(sub(dUnit, mean(dUnit, -1, true)), mul(unit, along)), inverse);
      return [dx, sum(mul(dy, unit), rows), sum(dy, rows)];
    },
  };
});

const fused = customGrad((...given) => {
  const [x, gain, bias, save] = given as unknown as Given;
  const attributes = { epsilon: EPSILON };
  save([x, gain]);
  return {
    value: engine().runKernel(LAYER_NORM, { x, gain, bias }, attributes) as Tensor,
    gradFunc(dy: Tensor, saved: Tensor[]) {
      const [x, gain] = saved as [Tensor, Tensor];
      return engine().runKernel(LAYER_NORM_GRADIENT, { dy, x, gain }, attributes) as Tensor[];
    },
  };
});

/** The kernels take rows of floats, and one gain and bias for each place in a row. */
function isFused(x: Tensor, gain: Tensor, bias: Tensor): boolean {
  const width = x.shape.at(-1);
  return (
    getKernel(LAYER_NORM, getBackend()) !== undefined &&
    [x, gain, bias].every(({ dtype, size }) => dtype === "float32" && size > 0) &&
    [gain, bias].every(({ rank, size }) => rank === 1 && size === width)
  );
}
