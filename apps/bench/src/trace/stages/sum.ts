import { array, bind, type Encoder, type Kind, type NdArray, typedArrays } from "@posenc/core";
import { fixed } from "../../format.ts";
import type { SumRow, SumStage } from "../data.ts";
import { alike, ends, norm, plain, row } from "../numbers.ts";
import type { Setup } from "../setup.ts";
import { biasScores, contentScores, productsOf } from "./added-scores.ts";
import { queriesAndKeys } from "./queries.ts";

const byKind: {
  readonly [K in Kind]: (encoder: Extract<Encoder, { kind: K }>, setup: Setup) => SumStage;
} = {
  additive(encoder, setup) {
    const { initial, tokens, positions, encoderValues } = setup;
    const x = typedArrays.gather(initial.embedding!, array(tokens));
    const sum = bind(encoder, typedArrays, encoderValues)(x, positions);
    const vectors = bind(encoder, typedArrays, encoderValues)(zerosLike(x), positions);
    return {
      title: "The sum",
      explanation: "Word and position become one vector, entry by entry. This is what the model reads.",
      shape: [...sum.shape],
      rows: rowsOf(setup, { x, PE: vectors, "x + PE": sum }),
      sentences: [...firstRowSentence(row(vectors, 0)), sizes(x, vectors, sum)],
    };
  },

  rotary(encoder, setup) {
    const { positions, encoderValues } = setup;
    const { queries, keys } = queriesAndKeys(setup);
    const [turned] = bind(encoder, typedArrays, encoderValues)(queries, keys, positions);
    const lengths = (i: number) => [norm(row(queries, i)), norm(row(turned, i))] as const;
    const kept = [0, positions.data.length - 1].every((i) => alike(...lengths(i)));
    const last = positions.data.length - 1;
    const [before, after] = lengths(last);
    return {
      title: "What changes",
      explanation:
        "Nothing is added to the words. In each head, queries (shown, head 0) and keys are turned.",
      shape: [...turned.shape],
      rows: rowsOf(setup, { query: queries, turned }),
      sentences: [
        ...(same(row(queries, 0), row(turned, 0)) ? ["At position 0 the angle is 0: nothing turns."] : []),
        `The length of the query at position ${last} is ${fixed(before)} before and ${fixed(after)} after${kept ? ": a turn keeps it" : ""}.`,
      ],
    };
  },

  bias: (encoder, setup) => added(setup, biasScores(encoder, setup.encoderValues, setup)),
  content: (encoder, setup) => added(setup, contentScores(encoder, setup.encoderValues, setup)),
};

/** Scores [heads, length, length] added to the products. */
function added(setup: Setup, biases: NdArray): SumStage {
  const products = productsOf(setup);
  const scores = typedArrays.add(products, biases);
  const weight = (of: NdArray) => Math.max(...row(typedArrays.softmax(of), 0));
  return {
    title: "What changes",
    explanation:
      "Nothing is added to the words. In each head, a score is added to each product of a query and a key (shown, head 0: one row for a query, one column for each key).",
    shape: [...scores.shape],
    rows: rowsOf(setup, { "q·k/√d": products, bias: biases, sum: scores }),
    sentences: [
      `After the softmax, the largest weight of the word at position 0 is ${fixed(weight(products), 2)} without the bias and ${fixed(weight(scores), 2)} with it.`,
    ],
  };
}

/** What the encoding changes in what the model reads, before training. */
export function sum(setup: Setup): SumStage {
  const { encoder } = setup.options;
  const stage = byKind[encoder.kind] as (encoder: Encoder, setup: Setup) => SumStage;
  return stage(encoder, setup);
}

/** The first and the last position, in each of `terms` [..., length, n]; the first of the leading axes. */
function rowsOf({ options, tokens }: Setup, terms: Readonly<Record<string, NdArray>>): SumRow[] {
  return [0, tokens.length - 1].map((position) => ({
    position,
    word: options.task.words[tokens[position]!]!,
    terms: Object.entries(terms).map(([term, x]) => ({ term, ends: ends(row(x, position)) })),
  }));
}

function firstRowSentence(first: ArrayLike<number>): string[] {
  const entries = plain(first);
  if (entries.every((value) => value === 0)) return ["Nothing is added: each word is the same at any place."];
  const alternates = entries.every((value, i) => value === i % 2);
  return alternates
    ? [
        "Position 0 is encoded as 0, 1, 0, 1, …: sin(0) and cos(0). So every second entry of the first word grows by 1.",
      ]
    : [];
}

function sizes(x: NdArray, vectors: NdArray, sum: NdArray): string {
  const last = x.shape.at(-2)! - 1;
  const length = (of: NdArray) => fixed(norm(row(of, last)), 1);
  return `At position ${last} the lengths are |x| = ${length(x)}, |PE| = ${length(vectors)}, |x + PE| = ${length(sum)}.`;
}

const zerosLike = ({ data, shape }: NdArray): NdArray => array(new Float32Array(data.length), shape);

const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  plain(a).every((value, i) => alike(value, b[i]!));
