import { array, type NdArray, typedArrays } from "@posenc/core";
import type { AttentionHead, PredictionStage, TracedTensor } from "../data.ts";
import { indexOfMax, matrix, plain, statistics } from "../numbers.ts";
import type { Setup } from "../setup.ts";

const WEIGHTS = "attention.weights";
const SHOWN = 3;

const titles: Readonly<Record<string, string>> = {
  embedding: "word embeddings",
  encoded: "input of the first block",
  [WEIGHTS]: "attention weights",
  attention: "words + attention",
  mlp: "words + MLP",
  norm: "normalised words",
  pooled: "mean over the words",
  logits: "logits",
};

/** The sample through the trained model, on typed arrays: each tensor, the sharpest head, the answer. */
export function prediction(setup: Setup, values: Readonly<Record<string, NdArray>>): PredictionStage {
  const { options, model, positions, tokens, label } = setup;
  const { labels } = options.task;
  const seen = new Map<string, NdArray>();
  const logits = model.forward(
    typedArrays,
    values,
    array(tokens, [1, tokens.length]),
    positions,
    (name, x) => void seen.set(name, x),
  );
  const probabilities = typedArrays.softmax(logits).data;
  const chosen = indexOfMax(logits.data);
  return {
    tensors: [...seen].map(([name, x]) => traced(name, x)),
    attention: sharpestHead([...seen].filter(([name]) => name.endsWith(WEIGHTS)).map(([, x]) => x)),
    classes: labels.map((name, i) => ({
      label: name,
      logit: plain([logits.data[i]!])[0]!,
      probability: plain([probabilities[i]!])[0]!,
    })),
    predicted: labels[chosen]!,
    answer: labels[label]!,
    right: chosen === label,
  };
}

function traced(name: string, { data, shape }: NdArray): TracedTensor {
  const [, block, part = name] = /^blocks\.(\d+)\.(.*)$/.exec(name) ?? [];
  const title = titles[part] ?? part;
  return {
    name,
    title: block === undefined ? title : `block ${block}: ${title}`,
    shape: [...shape],
    ...statistics(data),
    first: plain(data.subarray(0, SHOWN)),
  };
}

/** @param weights [1, heads, length, length] for each block */
export function sharpestHead(weights: readonly NdArray[]): AttentionHead {
  const all = weights.flatMap((x, block) => {
    const [heads, length] = x.shape.slice(-3) as [number, number];
    const size = length * length;
    return Array.from({ length: heads }, (_, head) => ({
      block,
      head,
      weights: matrix({ data: x.data.subarray(head * size, (head + 1) * size), shape: [length, length] }),
    }));
  });
  const sharpness = all.map(({ weights }) => statistics(weights.map((row) => Math.max(...row))).mean);
  const found = all[indexOfMax(sharpness)]!;
  const strongest = found.weights.map((row) => Math.max(...row));
  const query = indexOfMax(strongest);
  const key = indexOfMax(found.weights[query]!);
  return { ...found, sharpness, strongest: { query, key, weight: strongest[query]! } };
}
