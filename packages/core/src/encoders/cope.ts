import { checkOptions, checkSize } from "../checks.ts";
import { type ContentEncoder, content } from "../encoder.ts";
import type { Ops } from "../ops.ts";
import { normal, type Parameter } from "../parameters.ts";
import { notAfter } from "./forgetting.ts";

export interface CopeOptions {
  readonly heads: number;
  /** Length of a head. */
  readonly dim: number;
  /** Positions are counted up to `maxPosition` − 1; tokens further away share the last one. */
  readonly maxPosition: number;
}

interface CopeParameters {
  readonly [name: string]: Parameter;
  readonly table: Parameter;
}

/**
 * Contextual position encoding: a query counts the keys between itself and a key by gates sigmoid(q·k), and the
 * count, a fraction, picks between two rows of a learned table, whose product with the query is added to the score
 * (Golovneva et al., "Contextual Position Encoding", 2024, §4). Keys at later positions than the query are not
 * counted: use it with a causal mask.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function cope(given: CopeOptions): ContentEncoder<CopeParameters> {
  const checks = { heads: checkSize, dim: checkSize, maxPosition: checkSize };
  const options = checkOptions("cope", given, checks);
  const { heads, dim, maxPosition } = options;
  return content({
    name: "cope",
    title: "CoPE",
    options,
    heads,
    dim,
    parameters: { table: normal(0.02, maxPosition, dim) },
    scores(ops, { q, products }, queries, keys, { table }) {
      const seen = ops.expandDims(ops.swapAxes(notAfter(ops, keys, queries), -2, -1), -3); // [..., 1, q, k]
      const gates = ops.mul(sigmoid(ops, products), seen);
      // keys after each one, and itself: not others at its position, which is where padding stands
      const after = ops.expandDims(ops.sub(1, notAfter(ops, keys, keys)), -3); // [..., 1, k, k]
      return copeScores(ops, q, ops.add(ops.matMul(gates, after), gates), table, maxPosition);
    },
  });
}

/**
 * q·table at fractional positions, by linear interpolation between rows.
 *
 * @param positions [batch, heads, q, k], counted from each key to the query
 */
export function copeScores<T>(ops: Ops<T>, q: T, positions: T, table: T, rows: number): T {
  const { add, floor, int, matMul, minimum, mul, sub, swapAxes, takeAlong } = ops;
  const products = matMul(q, swapAxes(table, -2, -1)); // [batch, heads, q, rows]
  const within = minimum(positions, rows - 1);
  const below = floor(within);
  const row = int(below);
  const low = takeAlong(products, row);
  const high = takeAlong(products, minimum(add(row, 1), rows - 1));
  return add(low, mul(sub(within, below), sub(high, low)));
}

function sigmoid<T>({ add, div, exp, neg }: Ops<T>, x: T): T {
  return div(1, add(exp(neg(x)), 1));
}
