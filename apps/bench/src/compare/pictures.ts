import {
  array,
  bind,
  type Encoder,
  initialise,
  type Kind,
  type NdArray,
  range,
  sizeOf,
  typedArrays,
} from "@posenc/core";
import type { PictureResult } from "../results.ts";

const POSITIONS = 64;
const PAIRS = 24;
/** A score this far below another counts for e^−8 of it: colours end there. */
const STEEP = 8;

type Values = Readonly<Record<string, NdArray>>;
type Picture = Omit<PictureResult, "encoder" | "values" | "shape"> & { readonly of: NdArray };
type Painters = {
  [K in Kind]: (encoder: Extract<Encoder, { kind: K }>, values: Values, length: number) => Picture[];
};

const painters: Painters = {
  additive: (encoder, values, length) => {
    const dim = encoder.dim ?? 1;
    const zeros = array(new Float32Array(length * dim), [length, dim]);
    return [
      {
        title: "what is added to the embeddings",
        axes: { x: "dimension", y: "position" },
        of: bind(encoder, typedArrays, values)(zeros, range(length)),
        caption: `Row p is the vector of position p: ${length} positions × ${dim} dimensions.`,
      },
    ];
  },

  rotary: (encoder, values, length) => [
    {
      title: "cosines of the angles",
      axes: { x: "pair of dimensions", y: "position" },
      of: encoder.turns(typedArrays, range(length), values).cos,
      caption:
        "Pair i of a query or key at position p is turned by an angle with this cosine: fast pairs left, slow ones right.",
    },
  ],

  bias: (encoder, values, length) => {
    const size = Math.min(length, PAIRS);
    return scorePictures(encoder.heads, bind(encoder, typedArrays, values)(range(size), range(size)));
  },

  content: (encoder, values, length) => {
    const size = Math.min(length, PAIRS);
    const same = (...shape: number[]) => array(new Float32Array(sizeOf(shape)).fill(1), shape);
    const { heads, dim } = encoder;
    const attention = {
      q: same(1, heads, size, dim),
      k: same(1, heads, size, dim),
      products: same(1, heads, size, size),
    };
    return scorePictures(heads, bind(encoder, typedArrays, values)(attention, range(size), range(size)));
  },
};

/** The first and the last head of scores [..., heads, size, size]. */
function scorePictures(heads: number, { data, shape }: NdArray): Picture[] {
  const size = shape.at(-1)!;
  return [...new Set([0, heads - 1])].map((head) => ({
    title: `what is added to the scores of head ${head + 1} of ${heads}`,
    axes: { x: "position of the key", y: "position of the query" },
    limit: STEEP,
    of: array(data.slice(head * size * size, (head + 1) * size * size), [size, size]),
    caption: "Each square is a pair of tokens; 0 leaves the score as it is, below 0 the pair counts less.",
  }));
}

/** Heat maps of what an encoder does, with its trained parameters, or its first ones where it was not trained. */
export function paint(
  id: string,
  encoder: Encoder,
  trained?: Readonly<Record<string, Float32Array>>,
): PictureResult[] {
  const values = Object.fromEntries(
    Object.entries(trained ?? initialise(encoder.parameters, 0)).map(([name, data]) => [
      name,
      array(data, encoder.parameters[name]!.shape),
    ]),
  );
  const length = Math.min(POSITIONS, encoder.positions?.below ?? POSITIONS);
  const painter = painters[encoder.kind] as (encoder: Encoder, values: Values, length: number) => Picture[];
  return painter(encoder, values, length)
    .filter(({ of }) => of.data.some((value) => value !== of.data[0]))
    .map(({ of, ...picture }) => ({
      encoder: id,
      ...picture,
      shape: [of.shape[0]!, of.shape[1]!],
      values: Array.from(of.data, (value) => Number(value.toFixed(4))),
    }));
}
