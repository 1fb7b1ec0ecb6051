import { bind } from "../bind.ts";
import type { ContentEncoder, Encoder, Kind } from "../encoder.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import type { NdArray } from "../typed-arrays/nd-array.ts";
import { filled, places } from "./places.ts";
import type { Relation } from "./score-profile.ts";

export type NdValues = Readonly<Record<string, NdArray>>;

interface Scoring<E extends Encoder> {
  readonly relation: Relation;
  /** Positions 0 … length − 1 → a matrix [length, length] for each head, row by row. */
  matrices(encoder: E, values: NdValues, length: number): Float64Array[];
}

/** By kind: the score of a pair of tokens with the same content, all ones, and what of it is due to the encoder. */
const scorings: { readonly [K in Kind]: Scoring<Extract<Encoder, { kind: K }>> } = {
  /** ⟨PE(p), PE(q)⟩. */
  additive: {
    relation: "ratio",
    matrices(encoder, values, length) {
      const zeros = filled([length, encoder.dim ?? 1], 0);
      const { data } = bind(encoder, typedArrays, values)(zeros, firstPlaces(encoder, length));
      return [products(data, data, length)];
    },
  },

  /** q·k / √dim. */
  rotary: {
    relation: "ratio",
    matrices(encoder, values, length) {
      const positions = firstPlaces(encoder, length);
      const { heads = 1 } = encoder;
      const ones = filled([1, heads, length, encoder.dim], 1);
      const turned = bind(encoder, typedArrays, values)(ones, ones, positions);
      return Array.from({ length: heads }, (_, head) => {
        const [q, k] = turned.map(({ data }) => blockOf(data, head, heads)) as [
          NdArray["data"],
          NdArray["data"],
        ];
        return products(q, k, length).map((product) => product / Math.sqrt(encoder.dim));
      });
    },
  },

  /** What is added to the score. */
  bias: {
    relation: "weight",
    matrices(encoder, values, length) {
      const positions = firstPlaces(encoder, length);
      return split(bind(encoder, typedArrays, values)(positions, positions), encoder.heads);
    },
  },

  content: {
    relation: "weight",
    matrices: (encoder, values, length) => split(contentScores(encoder, values, length), encoder.heads),
  },
};

export const scoringOf = (encoder: Encoder): Scoring<Encoder> => scorings[encoder.kind] as Scoring<Encoder>;

/** [1, heads, length, length]: what is added where queries and keys are all ones. */
export function contentScores(encoder: ContentEncoder, values: NdValues, length: number): NdArray {
  const { heads, dim } = encoder;
  const ones = filled([1, heads, length, dim], 1);
  const attention = { q: ones, k: ones, products: filled([1, heads, length, length], Math.sqrt(dim)) };
  const positions = firstPlaces(encoder, length);
  return bind(encoder, typedArrays, values)(attention, positions, positions);
}

function firstPlaces(encoder: Encoder, length: number): NdArray {
  return places(
    encoder,
    Array.from({ length }, (_, p) => p),
  );
}

const blockOf = (data: NdArray["data"], block: number, blocks: number): NdArray["data"] => {
  const size = data.length / blocks;
  return data.subarray(block * size, (block + 1) * size);
};

const split = ({ data }: NdArray, heads: number): Float64Array[] =>
  Array.from({ length: heads }, (_, head) => Float64Array.from(blockOf(data, head, heads)));

/** a·bᵀ in float64, for rows [length, dim]. */
function products(a: NdArray["data"], b: NdArray["data"], length: number): Float64Array {
  const dim = a.length / length;
  const out = new Float64Array(length * length);
  for (let p = 0, o = 0; p < length; p++) {
    for (let q = 0; q < length; q++, o++) {
      let sum = 0;
      for (let i = 0; i < dim; i++) sum += a[p * dim + i]! * b[q * dim + i]!;
      out[o] = sum;
    }
  }
  return out;
}
