/** Every result again: by plain loops in float64 that share nothing with an opponent. */
import { frequency } from "./inputs.ts";
import type { Computation, Inputs, Sizes, SpeedWorkload } from "./workload.ts";

export interface Expected {
  readonly name: string;
  readonly length: number;
  /** The true value of element i. */
  at(i: number): number;
}

/** What a workload's outputs are to hold, in their order. */
export function expectedOf<C extends Computation>(
  { computation, sizes }: SpeedWorkload<C>,
  inputs: Inputs[C],
): Expected[] {
  return compute[computation](sizes as Sizes[C], inputs);
}

const compute: { [C in Computation]: (sizes: Sizes[C], inputs: Inputs[C]) => Expected[] } = {
  rotate({ heads, length, dim, pairing }, { q, k, positions }) {
    const half = dim / 2;
    const angles = Float64Array.from(
      { length: positions.data.length * half },
      (_, i) => positions.data[Math.floor(i / half)]! * frequency(i % half, dim),
    );
    const [sin, cos] = [angles.map(Math.sin), angles.map(Math.cos)];
    return Object.entries({ q, k }).map(([name, { data }]) => ({
      name,
      length: data.length,
      at(i) {
        const d = i % dim;
        const row = Math.floor(i / dim);
        const position = Math.floor(row / (heads * length)) * length + (row % length);
        const pair = pairing === "halves" ? d % half : d >> 1;
        const first = pairing === "halves" ? d < half : d % 2 === 0;
        const away = pairing === "halves" ? half : 1;
        const [s, c] = [sin[position * half + pair]!, cos[position * half + pair]!];
        return first ? data[i]! * c - data[i + away]! * s : data[i]! * c + data[i - away]! * s;
      },
    }));
  },

  add: (_, { x, table }) => [
    {
      name: "sum",
      length: x.data.length,
      at: (i) => x.data[i]! + table.data[i % table.data.length]!,
    },
  ],

  sincos({ dim }, { positions }) {
    const half = dim / 2;
    const frequencies = Float64Array.from({ length: half }, (_, i) => frequency(i, dim));
    const angle = (i: number) => positions.data[Math.floor(i / half)]! * frequencies[i % half]!;
    const length = positions.data.length * half;
    return [
      { name: "sin", length, at: (i) => Math.sin(angle(i)) },
      { name: "cos", length, at: (i) => Math.cos(angle(i)) },
    ];
  },

  gatherAdd: ({ dim }, { tokens, table, rows }) => [
    {
      name: "sum",
      length: tokens.data.length * dim,
      at(i) {
        const [token, d] = [Math.floor(i / dim), i % dim];
        return table.data[tokens.data[token]! * dim + d]! + rows.data[i % rows.data.length]!;
      },
    },
  ],

  alibi: ({ length }, { slopes }) => [
    {
      name: "scores",
      length: slopes.data.length * length * length,
      at(i) {
        const [query, key] = [Math.floor(i / length) % length, i % length];
        return -slopes.data[Math.floor(i / (length * length))]! * Math.abs(query - key);
      },
    },
  ],
};
