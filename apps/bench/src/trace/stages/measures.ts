import { array, bind, type Encoder, initialise, type Kind, type NdArray, typedArrays } from "@posenc/core";
import type { Measure, VariantMeasures } from "../data.ts";
import { alike, norm, plain, product, row } from "../numbers.ts";
import type { Setup } from "../setup.ts";
import { biasScores, contentScores } from "./added-scores.ts";
import { type Projections, queriesAndKeys } from "./queries.ts";

type Values = Readonly<Record<string, NdArray>>;
type Measuring = readonly [measures: [string, number][], sentence: string];

/** How long an encoding is, and what two of them three apart make of each other, near the start and near the end. */
export function measures(setup: Setup): VariantMeasures[] {
  const { about, encoderValues, options } = setup;
  const { encoder: own, seed } = options;
  const compared = about.compare?.(own) ?? [{ name: own.name, encoder: own }];
  return compared.map(({ name, encoder }) => {
    const used = encoder === own;
    const values = used ? encoderValues : firstValues(encoder, seed);
    const [terms, sentence] = measure(encoder, values, setup);
    return {
      variant: name,
      used,
      measures: terms.map(([term, value]): Measure => ({ term, value: plain([value])[0]! })),
      sentence,
    };
  });
}

export const measured: Readonly<Record<Kind, string>> = {
  additive:
    "|PE(p)|² is the sum of the squares of row p, and ⟨PE(p), PE(q)⟩ the sum of the products of rows p and q, entry by entry: how alike two positions look.",
  rotary:
    "One query q and one key k of head 0, put at different positions: |q| is the length of q, and ⟨q, k⟩ the product that becomes the attention score.",
  bias: "score(p, q) is what head 0 adds where a word at position p looks at one at position q.",
  content: "score(p, q) is what head 0 adds where the word at position p looks at the one at position q.",
};

function firstValues({ parameters }: Encoder, seed: number): Values {
  return Object.fromEntries(
    Object.entries(initialise(parameters, seed)).map(([name, data]) => [
      name,
      array(data, parameters[name]!.shape),
    ]),
  );
}

const byKind: {
  readonly [K in Kind]: (
    encoder: Extract<Encoder, { kind: K }>,
    values: Values,
    setup: Setup,
    projections: Projections,
  ) => Measuring;
} = {
  additive: (encoder, values, { options: { dim }, positions }) => {
    const zeros = array(new Float32Array(10 * dim), [10, dim]);
    const table = bind(encoder, typedArrays, values)(zeros, positions);
    const at = (p: number) => row(table, p);
    const [start, end] = [product(at(0), at(0)), product(at(9), at(9))];
    const [near, far] = [product(at(0), at(3)), product(at(6), at(9))];
    return [
      [
        ["|PE(0)|²", start],
        ["|PE(9)|²", end],
        ["⟨PE(0),PE(3)⟩", near],
        ["⟨PE(6),PE(9)⟩", far],
      ],
      additiveSentence(start, end, near, far),
    ];
  },

  rotary: (encoder, values, { positions }, { queries, keys }) => {
    const turn = bind(encoder, typedArrays, values);
    const [query, key] = [row(queries, 0), row(keys, 3)] as [Float32Array, Float32Array];
    const [q, k] = turn(everywhere(query), everywhere(key), positions);
    const [still, turned] = [norm(query), norm(row(q, 9))];
    const score = (a: number, b: number) => product(row(q, a), row(k, b));
    const kept = alike(still, turned);
    return [
      [
        ["|q|", still],
        ["|q turned to 9|", turned],
        ["⟨q at 0,k at 3⟩", score(0, 3)],
        ["⟨q at 6,k at 9⟩", score(6, 9)],
      ],
      `The turn ${kept ? "keeps" : "changes"} the length of q, and the product of q and k ${alike(score(0, 3), score(6, 9)) ? "depends on the distance alone: it is the same from 0 to 3 and from 6 to 9" : "depends on where they stand"}.`,
    ];
  },

  bias: (encoder, values, setup) => pairs(biasScores(encoder, values, setup)),
  content: (encoder, values, setup) => pairs(contentScores(encoder, values, setup)),
};

/** Scores of pairs of words three apart, in head 0. */
function pairs({ data }: NdArray): Measuring {
  const at = (q: number, k: number) => data[10 * q + k]!;
  const sides = alike(at(0, 3), at(3, 0)) ? "the same on both sides" : "different on the two sides";
  const where = alike(at(0, 3), at(6, 9))
    ? "depends on the distance alone"
    : "depends on where the words stand";
  return [
    [
      ["score(0, 3)", at(0, 3)],
      ["score(3, 0)", at(3, 0)],
      ["score(6, 9)", at(6, 9)],
      ["score(9, 6)", at(9, 6)],
    ],
    `What is added for two words three apart ${where}, and is ${sides}.`,
  ];
}

function measure(encoder: Encoder, values: Values, setup: Setup): Measuring {
  const measurer = byKind[encoder.kind] as (
    encoder: Encoder,
    values: Values,
    setup: Setup,
    projections: Projections,
  ) => Measuring;
  return measurer(encoder, values, setup, queriesAndKeys(setup));
}

function additiveSentence(start: number, end: number, near: number, far: number): string {
  if ([start, end, near, far].every((value) => value === 0))
    return "All are 0: no position differs from another.";
  const length = alike(start, end) ? "All vectors are equally long" : "The length changes with the position";
  const products = alike(near, far)
    ? "the product of two vectors three apart is the same anywhere: it depends on the distance alone"
    : "the product of two vectors three apart depends on where they stand";
  return `${length}, and ${products}.`;
}

/** The vector at each of ten positions: [10, length]. */
function everywhere(vector: Float32Array): NdArray {
  const rows = Array.from({ length: 10 }, () => [...vector]);
  return array(Float32Array.from(rows.flat()), [10, vector.length]);
}
