import { checkBase, checkEven, checkOptions, checkSize, orElse } from "../checks.ts";
import { type BiasEncoder, bias } from "../encoder.ts";
import { geometric } from "../frequencies.ts";

export interface SandwichOptions {
  readonly heads: number;
  /** Length of the sinusoidal vectors, even; 128 unless given, as published. Not the length of a head. */
  readonly dim?: number;
  /** 10000 unless given. */
  readonly base?: number;
}

/**
 * The product of the sinusoidal vectors of query and key, divided by 8h / heads for head h = 1 … heads:
 * Σ cos((query − key) · base^(−2i / dim)). No parameters; decays, not evenly, with the distance, and is the same to
 * both sides (Chi et al., "Dissecting Transformer Length Extrapolation via the Lens of Receptive Field Analysis",
 * 2023, §5). The product of a position with itself is dim / 2, which the softmax does not see.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function sandwich(given: SandwichOptions): BiasEncoder<Record<never, never>> {
  const options = checkOptions("sandwich", given, {
    heads: checkSize,
    dim: orElse(128, checkEven),
    base: orElse(10_000, checkBase),
  });
  const { heads, dim, base } = options;
  const frequencies = geometric({ base, count: dim / 2 });
  const weights = Float32Array.from({ length: heads }, (_, head) => heads / (8 * (head + 1)));

  return bias({
    name: "sandwich",
    title: "Sandwich",
    options,
    heads,
    parameters: {},
    frequencies,
    scores({ concat, constant, expandDims, matMul, mul, sincos, swapAxes }, queries, keys) {
      const vectors = (positions: typeof queries) => {
        const { sin, cos } = sincos(positions, frequencies);
        return concat([sin, cos], -1); // [..., length, dim]
      };
      const products = matMul(vectors(queries), swapAxes(vectors(keys), -2, -1));
      return mul(expandDims(products, -3), constant(weights, [heads, 1, 1]));
    },
  });
}
