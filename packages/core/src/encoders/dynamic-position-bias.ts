import { checkBoolean, checkCount, checkNames, checkSize } from "../checks.ts";
import { type BiasEncoder, bias } from "../encoder.ts";
import type { Parameter, Parameters } from "../parameters.ts";
import { linear, silu } from "../perceptron.ts";
import { headsFirst, relativePositions } from "../relative-positions.ts";

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
export function dynamicPositionBias(options: DynamicPositionBiasOptions): BiasEncoder<Parameters> {
  const name = "dynamicPositionBias";
  checkNames(name, options, ["heads", "width", "depth", "logDistance", "norm"]);
  const { width = 32, depth = 2, logDistance = false, norm = false } = options;
  const heads = checkSize(name, "heads", options.heads);
  checkSize(name, "width", width);
  checkCount(name, "depth", depth, 1, 64);
  checkBoolean(name, "logDistance", logDistance);
  checkBoolean(name, "norm", norm);
  const layers = Array.from({ length: depth }, (_, i) => `hidden.${i}`);

  return bias<Parameters>({
    name,
    title: "DynamicPositionBias",
    options: { heads, width, depth, logDistance, norm },
    heads,
    parameters: {
      ...Object.assign({}, ...layers.map((layer, i) => layerOf(layer, i === 0 ? 1 : width, width, norm))),
      "output.weight": { shape: [width, heads], init: { normal: 1 / Math.sqrt(width) } },
      "output.bias": { shape: [heads], init: "zeros" },
    },
    scores(ops, queries, keys, values) {
      const { abs, add, expandDims, float, layerNorm, log, maximum, minimum, mul, neg } = ops;
      const distance = float(neg(relativePositions(ops, queries, keys)));
      const sign = () => maximum(minimum(distance, 1), -1);
      const seen = logDistance ? mul(sign(), log(add(abs(distance), 1))) : distance;
      let x = expandDims(seen, -1); // [..., q, k, 1]
      for (const layer of layers) {
        x = linear(ops, x, values[`${layer}.weight`]!, values[`${layer}.bias`]!);
        if (norm) x = layerNorm(x, values[`${layer}.norm.gain`]!, values[`${layer}.norm.bias`]!);
        x = silu(ops, x);
      }
      return headsFirst(ops, linear(ops, x, values["output.weight"]!, values["output.bias"]!));
    },
  });
}

function layerOf(name: string, from: number, to: number, norm: boolean): Record<string, Parameter> {
  return {
    [`${name}.weight`]: { shape: [from, to], init: { normal: 1 / Math.sqrt(3 * from) } },
    [`${name}.bias`]: { shape: [to], init: { normal: 1 / Math.sqrt(3 * from) } },
    ...(norm && {
      [`${name}.norm.gain`]: { shape: [to], init: "ones" },
      [`${name}.norm.bias`]: { shape: [to], init: "zeros" },
    }),
  };
}
