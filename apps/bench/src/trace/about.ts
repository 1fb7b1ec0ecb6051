/**
 * Words on the encoders that we know: titles, formulas, explanations. Nothing is computed with them; an encoder
 * that is not here is described by its kind and its options.
 */
import { alibiSlopes, type Encoder, type Kind } from "@posenc/core";
import { fixed } from "./format.ts";

type Options = Readonly<Record<string, unknown>>;

/** An entry of the encoding with the numbers put into the formula. */
export interface Wording {
  readonly term: string;
  readonly expression: string;
  readonly simpler?: string;
}

export interface About {
  readonly title: string;
  readonly explanation: string;
  /** Where it acts, if not where its kind says. */
  readonly place?: string;
  formula(options: Options): readonly string[];
  notes?(options: Options): readonly string[];
  /** Entry `index` of the encoding of `position`. For a bias: head 0, query `position`, key `index`. */
  worked?(options: Options, position: number, index: number): Wording;
  /** Values of an option that are worth comparing, with a name for each. */
  readonly compare?: { readonly option: string; readonly values: Readonly<Record<string, string>> };
}

const known: Readonly<Record<string, About>> = {
  none: {
    title: "No position encoding",
    explanation: "Nothing is added. The model sees which words there are, and not in which order.",
    formula: () => ["PE(p, i) = 0"],
    place: "It acts nowhere.",
  },

  sinusoidal: {
    title: "Sinusoidal encoding (Vaswani et al., 2017)",
    explanation:
      "Each position gets a row of sines and cosines, like the hands of many clocks: the first entries turn fast, the last ones hardly move. Nothing is trained.",
    formula: sinusoidalFormula,
    notes: ({ exponent }) => [String(sinusoidalNotes[String(exponent)] ?? sinusoidalNotes.paper)],
    worked: sinusoidalEntry,
    compare: {
      option: "exponent",
      values: { paper: "paper", "per-dimension": "per-dimension" },
    },
  },

  learned: {
    title: "Learned table (Gehring et al., 2017; BERT, GPT-2)",
    explanation:
      "Each position has a row of its own in a table. The rows start as noise and are trained like the words.",
    formula: ({ dim, maxLength }) => [
      "PE(p) = table[p]",
      `the table has ${maxLength} rows of ${dim} numbers, all of them trained`,
    ],
    notes: ({ maxLength }) => [
      `There is no row for position ${maxLength} or beyond. The rows below are those before training.`,
    ],
    worked: (_, position, index) => ({
      term: `PE(${position}, ${index})`,
      expression: `table[${position}][${index}]`,
    }),
  },

  rope: {
    title: "Rotary position embedding, RoPE (Su et al., 2021)",
    explanation:
      "Queries and keys are cut into pairs of numbers. Each pair is a point in a plane and is turned about the origin, by an angle that grows with the position.",
    formula: ({ rotaryDim, base, offset, pairing }) => [
      `angle(p, i) = ${offset ? `(p + ${offset})` : "p"} / ${base}^(2i/r)    r = ${rotaryDim}, i = 0 … ${Number(rotaryDim) / 2 - 1}`,
      "(a, b) → (a·cos - b·sin, b·cos + a·sin)",
      pairing === "interleaved"
        ? "pair i is (2i, 2i + 1)"
        : `pair i is (i, i + ${Number(rotaryDim) / 2}): the layout of Llama`,
    ],
    worked: ({ rotaryDim, base, offset }, position, index) => {
      const turns = `${shifted(position, offset)} / ${base}^(${2 * index}/${rotaryDim})`;
      const angle = (position + Number(offset)) * Number(base) ** ((-2 * index) / Number(rotaryDim));
      return {
        term: `cos(${position}, pair ${index})`,
        expression: `cos(${turns})`,
        simpler: `cos(${fixed(angle)})`,
      };
    },
  },

  alibi: {
    title: "Attention with linear biases, ALiBi (Press et al., 2022)",
    explanation:
      "Each attention score loses a little for each step between the two words. How much differs from head to head.",
    formula: ({ direction, slopes }) => {
      const twoSided = slopes !== undefined && !Array.isArray(slopes);
      return alibiFormulas[twoSided ? "twoSided" : String(direction ?? "causal")] ?? [];
    },
    notes: ({ direction }) => alibiNotes[String(direction)] ?? [],
    worked: ({ heads, direction, slopes }, position, index) => {
      const slope = leftSlope(Number(heads), direction, slopes);
      return {
        term: `score(head 0, query ${position}, key ${index})`,
        expression: `-${Number(slope.toFixed(6))} · |${position} - ${index}|`,
      };
    },
  },
};

/** What can be said of any encoder. */
const byKind: Readonly<Record<Kind, Omit<About, "title">>> = {
  additive: {
    explanation: "Each position gets a vector.",
    formula: () => ["PE(p) = vectors(p)", "x(p) + PE(p)"],
  },
  rotary: {
    explanation: "Each position gets angles, by which pairs of numbers in queries and keys are turned.",
    formula: () => ["(cos, sin) = turns(p)", "(a, b) → (a·cos - b·sin, b·cos + a·sin)"],
  },
  bias: {
    explanation: "Each head gets a score for each pair of positions.",
    formula: () => ["softmax(q·k/√d + scores(p of q, p of k))"],
  },
};

/** Where an encoder acts. */
export const places: Readonly<Record<Kind, string>> = {
  additive: "It acts on the embeddings, once, before the first block.",
  rotary: "It acts on the queries and keys of every head, before they meet.",
  bias: "It acts on the attention scores of every head, before the softmax.",
};

export function about({ name, kind, options }: Encoder): About {
  const found = Object.hasOwn(known, name) ? known[name] : undefined;
  if (found) return found;
  const given = Object.entries(options).map(([option, value]) => `${option} = ${JSON.stringify(value)}`);
  const rest = byKind[kind];
  return {
    ...rest,
    title: name,
    formula: (options) => [
      ...rest.formula(options),
      ...(given.length > 0 ? [`with ${given.join(", ")}`] : []),
    ],
  };
}

const sinusoidalNotes: Readonly<Record<string, string>> = {
  paper: "A sine and its cosine share one wave. Their squares add up to 1, at every position.",
  "per-dimension":
    "This is the formula of many tutorials, and not the paper's: a cosine has a wave of its own, slower than that of its sine. So their squares do not add up to 1.",
  tensor2tensor: "The divisor is d/2 - 1, so that the slowest wave has exactly the length 2π · base.",
};

function sinusoidalFormula({ dim, base, layout, first, exponent, scale, offset }: Options): string[] {
  const half = Math.ceil(Number(dim) / 2);
  const [even, odd] = layout === "concatenated" ? ["i", `${half} + i`] : ["2i", "2i + 1"];
  const [one, other] = first === "cos" ? ["cos", "sin"] : ["sin", "cos"];
  const exponents: Readonly<Record<string, readonly [string, string]>> = {
    paper: ["2i/d", "2i/d"],
    "per-dimension": ["2i/d", "(2i + 1)/d"],
    tensor2tensor: ["i/(d/2 - 1)", "i/(d/2 - 1)"],
  };
  const [here, there] = exponents[String(exponent)] ?? exponents.paper!;
  const p = offset ? `(p + ${offset})` : "p";
  const factor = scale === 1 ? "" : `${scale} · `;
  const entry = (index: string) => `PE(p, ${index})`.padEnd(16);
  const lines = [
    `${entry(even)}= ${factor}${one}(${p} / ${base}^(${here}))`,
    `${entry(odd)}= ${factor}${other}(${p} / ${base}^(${there}))`,
    `d = ${dim}, i = 0 … ${half - 1}`,
  ];
  if (exponent === "per-dimension" && layout !== "concatenated") {
    const spelt = [0, 1, 2].map((i) => `${i % 2 ? other : one}(${p}/${base}^(${i}/d))`);
    lines.push(`that is, ${spelt.join(", ")}, …`);
  }
  return lines;
}

function sinusoidalEntry(options: Options, position: number, index: number): Wording {
  const { dim, base, layout, first, exponent, scale, offset } = options;
  const half = Math.ceil(Number(dim) / 2);
  const [pair, member] =
    layout === "concatenated" ? [index % half, Math.floor(index / half)] : [Math.floor(index / 2), index % 2];
  const wave = (member === 0) === (first === "cos") ? "cos" : "sin";
  const powers: Readonly<Record<string, readonly [number, number]>> = {
    paper: [2 * pair, Number(dim)],
    "per-dimension": [2 * pair + member, Number(dim)],
    tensor2tensor: [pair, Math.max(Math.floor(Number(dim) / 2) - 1, 1)],
  };
  const [numerator, denominator] = powers[String(exponent)] ?? powers.paper!;
  const angle = (position + Number(offset)) / Number(base) ** (numerator / denominator);
  const factor = scale === 1 ? "" : `${scale} · `;
  return {
    term: `PE(${position}, ${index})`,
    expression: `${factor}${wave}(${shifted(position, offset)} / ${base}^(${numerator}/${denominator}))`,
    simpler: `${factor}${wave}(${fixed(angle)})`,
  };
}

const shifted = (position: number, offset: unknown): string =>
  offset ? `(${position} + ${offset})` : String(position);

const alibiFormulas: Readonly<Record<string, readonly string[]>> = {
  causal: ["score(head, q, k) = -slope(head) · (q - k)"],
  twoSided: [
    "score(head, q, k) = -left(head) · (q - k)    for keys to the left",
    "                  = -right(head) · (k - q)   for keys to the right",
  ],
  symmetric: ["score(head, q, k) = -slope(head) · |q - k|"],
  split: [
    "score(head, q, k) = -slope(head) · |q - k|   on the side it looks to",
    "                  = -64 · |q - k|            on the other: unseen",
    "the first half of the heads looks left, the second half right",
  ],
};

const alibiNotes: Readonly<Record<string, readonly string[]>> = {
  symmetric: [
    "The score is the same to the left and to the right: what stands where is known but for the mirror image.",
  ],
};

function leftSlope(heads: number, direction: unknown, slopes: unknown): number {
  if (Array.isArray(slopes)) return slopes[0];
  if (slopes) return (slopes as { readonly left: readonly number[] }).left[0]!;
  return alibiSlopes(direction === "split" ? Math.ceil(heads / 2) : heads)[0]!;
}
