import { checkOptions, checkSize } from "../checks.ts";
import { type ContentEncoder, content } from "../encoder.ts";
import type { Ops } from "../ops.ts";
import { normal, type Parameter, zeros } from "../parameters.ts";

export interface ForgettingOptions {
  readonly heads: number;
  /** Length of a head. */
  readonly dim: number;
}

interface ForgettingParameters {
  readonly [name: string]: Parameter;
  readonly weight: Parameter;
  readonly bias: Parameter;
}

/**
 * Forgetting attention: each key has a gate f = sigmoid(w·k + b) for each head, and a query at position i sees a key
 * at position j with Σ log f of the keys at positions j + 1 … i added to its score (Lin et al., "Forgetting
 * Transformer", 2025, eq. 5). Keys to the right of a query get what is missing from them to it, with the sign turned:
 * use it with a causal mask.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function forgetting(given: ForgettingOptions): ContentEncoder<ForgettingParameters> {
  const options = checkOptions("forgetting", given, { heads: checkSize, dim: checkSize });
  const { heads, dim } = options;
  return content({
    name: "forgetting",
    title: "ForgettingAttention",
    options,
    heads,
    dim,
    parameters: {
      weight: normal(1 / Math.sqrt(dim), heads, dim, 1),
      bias: zeros(heads, 1, 1),
    },
    scores(ops, { k }, queries, keys, { weight, bias }) {
      const { add, expandDims, floor, matMul, mul, sub, swapAxes } = ops;
      const gates = swapAxes(logSigmoid(ops, add(matMul(k, weight), bias)), -2, -1); // [batch, heads, 1, k]
      const upTo = (positions: typeof keys) => expandDims(notAfter(ops, keys, positions), -3); // [..., 1, k, positions]
      const [before, beforeKeys] = [upTo(queries), upTo(keys)];
      const between = (gates: typeof k) =>
        sub(swapAxes(matMul(gates, before), -2, -1), matMul(gates, beforeKeys));
      // multiples of 2^-10 are added and subtracted without error, and what is left of each gate is small
      const coarse = mul(floor(mul(gates, 1024)), 1 / 1024);
      return add(between(coarse), between(sub(gates, coarse)));
    },
  });
}

/** log(1 / (1 + e^−x)), without overflow. */
function logSigmoid<T>({ abs, add, exp, log, minimum, neg, sub }: Ops<T>, x: T): T {
  return sub(minimum(x, 0), log(add(exp(neg(abs(x))), 1)));
}

/** 1 where a[i] ≤ b[j], else 0: positions [..., n] and [..., m] → [..., n, m]. */
export function notAfter<T>({ expandDims, float, less, where }: Ops<T>, a: T, b: T): T {
  return where(less(expandDims(float(b), -2), expandDims(float(a), -1)), 0, 1);
}
