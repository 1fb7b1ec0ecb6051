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
  [K in Kind]: (encoder: Extract<Encoder, { kind: K }>, values: Values, positions: NdArray) => Picture[];
};

const lengthOf = ({ shape }: NdArray): number => shape[0]!;
const some = ({ data, shape: [length, ...rest] }: NdArray, most: number): NdArray => {
  const kept = Math.min(length!, most);
  return array(data.slice(0, kept * sizeOf(rest)), [kept, ...rest]);
};

const painters: Painters = {
  additive: (encoder, values, positions) => {
    const [length, dim] = [lengthOf(positions), encoder.dim ?? 1];
    const zeros = array(new Float32Array(length * dim), [length, dim]);
    return [
      {
        title: "what is added to the embeddings",
        axes: { x: "dimension", y: "position" },
        of: bind(encoder, typedArrays, values)(zeros, positions),
        caption: `Row p is the vector of position p: ${length} positions × ${dim} dimensions.`,
      },
    ];
  },

  rotary: (encoder, values, positions) => {
    const { data, shape } = encoder.turns(typedArrays, positions, values).cos;
    const [length, pairs] = shape.slice(-2) as [number, number];
    return [
      {
        title: "cosines of the angles",
        axes: { x: "pair of dimensions", y: "position" },
        of: array(data.slice(0, length * pairs), [length, pairs]),
        caption: "Pair i of a query or key at position p is turned by an angle with this cosine.",
      },
    ];
  },

  bias: (encoder, values, positions) => {
    const places = some(positions, PAIRS);
    return scorePictures(encoder.heads, bind(encoder, typedArrays, values)(places, places));
  },

  content: (encoder, values, positions) => {
    const places = some(positions, PAIRS);
    const size = lengthOf(places);
    const same = (...shape: number[]) => array(new Float32Array(sizeOf(shape)).fill(1), shape);
    const { heads, dim } = encoder;
    const attention = {
      q: same(1, heads, size, dim),
      k: same(1, heads, size, dim),
      products: same(1, heads, size, size),
    };
    return scorePictures(heads, bind(encoder, typedArrays, values)(attention, places, places));
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
  positions?: NdArray,
): PictureResult[] {
  const values = Object.fromEntries(
    Object.entries(trained ?? initialise(encoder.parameters, 0)).map(([name, data]) => [
      name,
      array(data, encoder.parameters[name]!.shape),
    ]),
  );
  const places = positions ?? range(Math.min(POSITIONS, encoder.positions?.below ?? POSITIONS));
  const painter = painters[encoder.kind] as (
    encoder: Encoder,
    values: Values,
    positions: NdArray,
  ) => Picture[];
  return painter(encoder, values, places)
    .filter(({ of }) => of.data.some((value) => value !== of.data[0]))
    .map(({ of, ...picture }) => ({
      encoder: id,
      ...picture,
      shape: [of.shape[0]!, of.shape[1]!],
      values: Array.from(of.data, (value) => Number(value.toFixed(4))),
    }));
}
