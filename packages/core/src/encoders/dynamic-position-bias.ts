import { checkBoolean, checkCount, checkOptions, checkSize, limited, orElse } from "../checks.ts";
import { type BiasEncoder, bias } from "../encoder.ts";
import { normal, ones, type Parameter, type Parameters, zeros } from "../parameters.ts";
import { linear, silu } from "../perceptron.ts";
import { headsFirst } from "../relative-positions.ts";

export interface DynamicPositionBiasOptions {
  readonly heads: number;
  /** Width of the network; 32 unless given. */
  readonly width?: number;
  /** Hidden layers; 2 unless given. */
  readonly depth?: number;
  /** The network sees sign · log(1 + |distance|) in place of the distance. */
  readonly logDistance?: boolean;
  /** Layer normalisation in each hidden layer. */
  readonly norm?: boolean;
}

/**
 * A network on the signed distance query − key gives the score of each head: Linear, SiLU for each hidden layer,
 * and Linear (x-transformers' DynamicPositionBias; after Wang et al., "CrossFormer", 2022, §3.3). Nothing holds it
 * beyond the trained distances; `logDistance` grows slowly there.
 *
 * The network runs on each pair of query and key: time and memory grow with q · k · width.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function dynamicPositionBias(given: DynamicPositionBiasOptions): BiasEncoder<Parameters> {
  const options = checkOptions("dynamicPositionBias", given, {
    heads: checkSize,
    width: orElse(32, checkSize),
    depth: orElse(2, limited(checkCount, 1, 64)),
    logDistance: orElse(false, checkBoolean),
    norm: orElse(false, checkBoolean),
  });
  const { heads, width, depth, logDistance, norm } = options;
  const layers = Array.from({ length: depth }, (_, i) => `hidden.${i}`);

  return bias<Parameters>({
    name: "dynamicPositionBias",
    title: "DynamicPositionBias",
    options,
    heads,
    parameters: Object.assign(
      {},
      ...layers.map((layer, i) => layerOf(layer, i === 0 ? 1 : width, width, norm)),
      {
        "output.weight": normal(1 / Math.sqrt(width), width, heads),
        "output.bias": zeros(heads),
      },
    ),
    scores(ops, queries, keys, values) {
      const { add, expandDims, float, layerNorm, log, abs, maximum, minimum, mul, neg } = ops;
      return ops.relativeScores(queries, keys, (relative) => {
        const distance = float(neg(relative));
        const seen = logDistance
          ? mul(maximum(minimum(distance, 1), -1), log(add(abs(distance), 1))) // sign · log(1 + |distance|)
          : distance;
        let x = expandDims(seen, -1); // [..., q, k, 1]
        for (const layer of layers) {
          x = linear(ops, x, values[`${layer}.weight`]!, values[`${layer}.bias`]!);
          if (norm) x = layerNorm(x, values[`${layer}.norm.gain`]!, values[`${layer}.norm.bias`]!);
          x = silu(ops, x);
        }
        return headsFirst(ops, linear(ops, x, values["output.weight"]!, values["output.bias"]!));
      });
    },
  });
}

function layerOf(name: string, from: number, to: number, norm: boolean): Record<string, Parameter> {
  return {
    [`${name}.weight`]: normal(1 / Math.sqrt(3 * from), from, to),
    [`${name}.bias`]: normal(1 / Math.sqrt(3 * from), to),
    ...(norm && {
      [`${name}.norm.gain`]: ones(to),
      [`${name}.norm.bias`]: zeros(to),
    }),
  };
}
