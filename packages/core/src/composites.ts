import { type Frequencies, isFrequencies } from "./frequencies.ts";
import type { Composites, Primitives } from "./ops.ts";
import { relativePositions } from "./relative-positions.ts";

/** The meaning of every composite, in primitives. */
export function compositeBodies<T>(primitives: Primitives<T>): Composites<T> {
  const { add, concat, div, exactSincos, exp, expandDims, flatten, float, max, maximum } = primitives;
  const { cos, mean, mul, sin, split, sqrt, sub, sum, swapAxes, unflatten } = primitives;

  return {
    scope: (_, body) => body(),

    sincos(positions, frequencies) {
      if (isFrequencies(frequencies)) return exactSincos(positions, frequencies);
      const angles = mul(expandDims(float(positions), -1), frequencies as Exclude<T, Frequencies>);
      return { sin: sin(angles), cos: cos(angles) };
    },

    rotate(x, turn, { pairing, dim, rotaryDim }) {
      const half = rotaryDim / 2;
      const [rotated, passed] =
        rotaryDim < dim ? (split(x, [rotaryDim, dim - rotaryDim], -1) as [T, T]) : [x];
      const halves = pairing === "halves" ? rotated : reorder(rotated, [half, 2]);
      const pairs = turnPair(...(split(halves, [half, half], -1) as [T, T]), turn.sin, turn.cos);
      const joined = concat(pairs, -1);
      const turned = pairing === "halves" ? joined : reorder(joined, [2, half]);
      return passed === undefined ? turned : concat([turned, passed], -1);
    },

    relativeScores: (queries, keys, scoreOf) => scoreOf(relativePositions(primitives, queries, keys)),

    relu: (x) => maximum(x, 0),

    softmax(x) {
      const exponentials = exp(sub(x, max(x, -1)));
      return div(exponentials, sum(exponentials, -1));
    },

    layerNorm(x, gain, bias) {
      const centred = sub(x, mean(x, -1));
      const deviation = sqrt(add(mean(mul(centred, centred), -1), 1e-5));
      return add(mul(div(centred, deviation), gain), bias);
    },
  };

  /** [..., n·m] as n rows of m → the same column by column: between pairs and halves, and back. */
  function reorder(x: T, [n, m]: [n: number, m: number]): T {
    return flatten(swapAxes(unflatten(x, [n, m]), -2, -1), n * m);
  }

  function turnPair(a: T, b: T, sin: T, cos: T): [T, T] {
    return [sub(mul(a, cos), mul(b, sin)), add(mul(b, cos), mul(a, sin))];
  }
}
