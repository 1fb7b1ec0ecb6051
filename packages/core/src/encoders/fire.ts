import { checkBetween, checkOptions, checkSize, limited, orElse } from "../checks.ts";
import { type BiasEncoder, bias } from "../encoder.ts";
import { normal, ones, type Parameter, zeros } from "../parameters.ts";
import { linear } from "../perceptron.ts";
import { distances, headsFirst, relativePositions } from "../relative-positions.ts";

export interface FireOptions {
  readonly heads: number;
  /** Width of the network; 32 unless given. */
  readonly width?: number;
  /** First length from which on distances are relative to the query's position; 512 unless given. */
  readonly threshold?: number;
  /** First rate c of the logarithm log(1 + c · distance); 0.1 unless given. */
  readonly rate?: number;
}

export type FireParameters = {
  readonly rate: Parameter;
  /** A factor of the threshold. */
  readonly multiplier: Parameter;
  readonly "hidden.weight": Parameter;
  readonly "hidden.bias": Parameter;
  readonly "output.weight": Parameter;
  readonly "output.bias": Parameter;
};

/** The published guard against a rate of 0. */
const EPSILON = 1e-6;

/**
 * A small network on the progressive interpolation log(1 + c·|query − key|) / log(1 + c·max(query, L)): whatever
 * the length, the network sees numbers from 0 to 1 (Li et al., "Functional Interpolation for Relative Positions
 * Improves Long Context Transformers", 2024, eq. 4, 14). One hidden layer with ReLU; c and L are trained. A score
 * depends on the position of the query too, so positions count from the start of the sequence. A key far to the
 * right of its query may give more than 1; the paper is about causal models.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function fire(given: FireOptions): BiasEncoder<FireParameters> {
  const options = checkOptions("fire", given, {
    heads: checkSize,
    width: orElse(32, checkSize),
    threshold: orElse(512, limited(checkBetween, 1, 2 ** 31)),
    rate: orElse(0.1, limited(checkBetween, 1e-6, 1e6)),
  });
  const { heads, width, threshold, rate } = options;
  return bias<FireParameters>({
    name: "fire",
    title: "FIRE",
    options,
    heads,
    parameters: {
      rate: { shape: [1], init: { values: [rate] } },
      multiplier: ones(1),
      "hidden.weight": normal(1 / Math.sqrt(3), 1, width),
      "hidden.bias": normal(1 / Math.sqrt(3), width),
      "output.weight": normal(1 / Math.sqrt(width), width, heads),
      "output.bias": zeros(heads),
    },
    scores(ops, queries, keys, values) {
      const { abs, add, div, expandDims, float, log, maximum, mul, relu, squeeze } = ops;
      const compress = (x: typeof queries) => log(add(abs(mul(x, values.rate)), 1));
      const distance = squeeze(distances(ops, relativePositions(ops, queries, keys)), -3);
      const longest = maximum(float(expandDims(queries, -1)), abs(mul(values.multiplier, threshold)));
      const relative = div(compress(distance), add(compress(longest), EPSILON)); // [..., q, k]
      const x = expandDims(relative, -1);
      const hidden = relu(linear(ops, x, values["hidden.weight"], values["hidden.bias"]));
      return headsFirst(ops, linear(ops, hidden, values["output.weight"], values["output.bias"]));
    },
  });
}
