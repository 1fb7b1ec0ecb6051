import { type Frequencies, isFrequencies } from "./frequencies.ts";
import type { Composites, Primitives } from "./ops.ts";

/** The meaning of every composite, in primitives. */
export function compositeBodies<T>(primitives: Primitives<T>): Composites<T> {
  const { add, concat, div, exactSincos, exp, expandDims, flatten, float, max, maximum } = primitives;
  const { cos, mean, mul, sin, split, sqrt, squeeze, sub, sum, unflatten } = primitives;

  return {
    sincos(positions, frequencies) {
      if (isFrequencies(frequencies)) return exactSincos(positions, frequencies);
      const angles = mul(expandDims(float(positions), -1), frequencies as Exclude<T, Frequencies>);
      return { sin: sin(angles), cos: cos(angles) };
    },

    rotate(x, turn, { pairing, dim, rotaryDim }) {
      const half = rotaryDim / 2;
      const [rotated, passed] =
        rotaryDim < dim ? (split(x, [rotaryDim, dim - rotaryDim], -1) as [T, T]) : [x];
      const turned =
        pairing === "halves"
          ? concat(turnPair(...(split(rotated, [half, half], -1) as [T, T]), turn.sin, turn.cos), -1)
          : interleaved(rotated, half);
      return passed === undefined ? turned : concat([turned, passed], -1);

      function interleaved(x: T, half: number): T {
        const [a, b] = split(unflatten(x, [half, 2]), [1, 1], -1).map((part) => squeeze(part, -1)) as [T, T];
        const pairs = turnPair(a, b, turn.sin, turn.cos).map((part) => expandDims(part, -1));
        return flatten(concat(pairs, -1), 2 * half);
      }
    },

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

  function turnPair(a: T, b: T, sin: T, cos: T): [T, T] {
    return [sub(mul(a, cos), mul(b, sin)), add(mul(b, cos), mul(a, sin))];
  }
}
