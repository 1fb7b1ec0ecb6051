import { alibiSlopes, array, type NdArray, random, range } from "@posenc/core";
import { BASE, type Computation, type Inputs, type Sizes, type SpeedWorkload } from "./workload.ts";

/** The same numbers in every process. */
export function inputsOf<C extends Computation>({ computation, sizes }: SpeedWorkload<C>): Inputs[C] {
  return make[computation](sizes as Sizes[C]);
}

const make: { [C in Computation]: (sizes: Sizes[C]) => Inputs[C] } = {
  rotate({ batch, heads, length, dim, rows }) {
    const positions = consecutive(batch, length, rows);
    const half = dim / 2;
    const angles = Float64Array.from(
      { length: positions.length * half },
      (_, i) => positions[Math.floor(i / half)]! * frequency(i % half, dim),
    );
    const shape = [batch, 1, length, half];
    return {
      q: noise("q", [batch, heads, length, dim]),
      k: noise("k", [batch, heads, length, dim]),
      positions: array(positions, [batch, length]),
      turn: {
        sin: array(Float32Array.from(angles, Math.sin), shape),
        cos: array(Float32Array.from(angles, Math.cos), shape),
      },
    };
  },
  add: ({ batch, length, dim }) => ({
    x: noise("x", [batch, length, dim]),
    table: noise("table", [length, dim]),
  }),
  sincos: ({ count }) => ({ positions: range(count) }),
  gatherAdd({ batch, length, dim, vocabulary, shared }) {
    const { below } = random(1, "tokens");
    const tokens = shared
      ? Int32Array.from({ length: batch * length }, () => below(vocabulary))
      : consecutive(batch, length, vocabulary);
    return {
      tokens: array(tokens, [batch, length]),
      table: noise("table", [vocabulary, dim]),
      rows: noise("rows", shared ? [length, dim] : [batch, length, dim]),
    };
  },
  alibi: ({ heads, length }) => ({
    slopes: array(Float32Array.from(alibiSlopes(heads)), [heads]),
    positions: range(length),
  }),
};

/** Positions of sequences that stand at different places, the last token of the last at the last row. */
function consecutive(batch: number, length: number, rows: number): Int32Array {
  const start = (sequence: number) => Math.floor(((rows - length) * (sequence + 1)) / batch);
  return Int32Array.from({ length: batch * length }, (_, i) => start(Math.floor(i / length)) + (i % length));
}

/** In radians per position. */
export const frequency = (i: number, dim: number): number => BASE ** ((-2 * i) / dim);

/** Between −1 and 1. */
function noise(name: string, shape: number[]): NdArray {
  const { uniform } = random(1, name);
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < data.length; i++) data[i] = 2 * uniform() - 1;
  return array(data, shape);
}
