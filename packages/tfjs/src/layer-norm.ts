import type { Composites } from "@posenc/core";
import { add, customGrad, mean, mul, rsqrt, square, sub, sum, type Tensor } from "@tensorflow/tfjs-core";

/** Layer normalisation with its gradient in closed form: half the kernels of the composed one. */
export const layerNorm: Composites<Tensor>["layerNorm"] = (x, gain, bias) =>
  normalise(x, gain, bias) as Tensor;

const normalise = customGrad((...parameters) => {
  const [x, gain, bias, save] = parameters as unknown as [
    Tensor,
    Tensor,
    Tensor,
    (tensors: Tensor[]) => void,
  ];
  const centred = sub(x, mean(x, -1, true));
  const inverse = rsqrt(add(mean(square(centred), -1, true), 1e-5));
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
