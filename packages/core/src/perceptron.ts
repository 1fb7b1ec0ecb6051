/** Parts of the small networks that turn distances into scores. */
import type { Ops } from "./ops.ts";

/** x [..., in] · weight [in, out] + bias [out] */
export function linear<T>({ add, matMul }: Ops<T>, x: T, weight: T, bias: T): T {
  return add(matMul(x, weight), bias);
}

/**
 * x / (1 + e^(−x)) (Elfwing et al., 2018). The exponent stops at 40, where the value is nothing already: beyond
 * float32 its gradient would be no number.
 */
export function silu<T>({ add, div, exp, maximum, neg }: Ops<T>, x: T): T {
  return div(x, add(exp(neg(maximum(x, -40))), 1));
}
