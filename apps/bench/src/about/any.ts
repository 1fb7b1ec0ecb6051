import type { Encoder, Kind } from "@posenc/core";
import type { About } from "./about.ts";

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
  content: {
    explanation: "Each head gets a score for each pair of words, from their positions and what they are.",
    formula: () => ["softmax(q·k/√d + scores(q, k, p of q, p of k))"],
  },
};

/** Where an encoder acts. */
export const places: Readonly<Record<Kind, string>> = {
  additive: "It acts on the embeddings, once, before the first block.",
  rotary: "It acts on the queries and keys of every head, before they meet.",
  bias: "It acts on the attention scores of every head, before the softmax.",
  content: "It sees queries and keys, and acts on the attention scores of every head, before the softmax.",
};

/** What can be said of any encoder, by its kind and its options. */
export function aboutAny({ name, kind, options }: Encoder): About {
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
