import { fixed, percent, shape } from "../../format.ts";
import type { EmbeddingsStage, PredictionStage } from "../data.ts";
import { bar, heatMap } from "./shades.ts";
import { cut, heading, padEnd, padStart, paint, paragraphs, type Style, text, width, wrap } from "./style.ts";

export function renderPrediction(stage: PredictionStage, { words }: EmbeddingsStage, style: Style): string {
  const { attention, classes, predicted, answer, right } = stage;
  const { query, key, weight } = attention.strongest;
  const verdict = right ? "right" : `wrong: the true answer is ${answer}`;
  return text([
    ...heading(style, "5 of 7: a prediction, layer by layer"),
    ...paragraphs(style, [
      `The sample from stage 1 once more, through the trained model: ${words.join(" ")}`,
    ]),
    "",
    ...tensorLines(stage),
    "",
    ...paragraphs(style, [
      `Attention: of ${attention.sharpness.length} heads, head ${attention.head} of block ${attention.block} looks most sharply. Each row is a word, each column a word that it looks at, in per cent:`,
    ]),
    "",
    ...heatMap(attention.weights, words),
    "",
    ...paragraphs(style, [
      `Its strongest look: ${words[query]} (position ${query}) ${query === key ? "at itself" : `at ${words[key]} (position ${key})`}, ${percent(weight)}. Even attention would give ${percent(1 / words.length)}.`,
    ]),
    "",
    ...classLines(classes, style),
    "",
    ...wrap(style, `The model answers ${predicted}, which is ${verdict}.`).map((line) =>
      paint(style, right ? "green" : "red", line),
    ),
  ]);
}

function tensorLines({ tensors }: PredictionStage): string[] {
  const header = `${padEnd("  tensor", 29)}${padEnd("shape", 16)}${padStart("mean", 6)}${padStart("dev.", 6)}  first entries`;
  const rows = tensors.map(
    ({ title, shape: lengths, mean, deviation, first }) =>
      padEnd(`  ${cut(title, 26)}`, 29) +
      padEnd(shape(lengths), 16) +
      padStart(fixed(mean, 2), 6) +
      padStart(fixed(deviation, 2), 6) +
      first.map((value) => padStart(fixed(value, 2), 7)).join(""),
  );
  return [header, ...rows];
}

function classLines(classes: PredictionStage["classes"], style: Style): string[] {
  const lead = Math.max(...classes.map(({ label }) => width(label)), 5) + 2;
  const room = style.columns - lead - 22;
  return [
    `${padEnd("  class", lead + 2)}${padStart("logit", 8)}${padStart("prob.", 9)}`,
    ...classes.map(
      ({ label, logit, probability }) =>
        `${padEnd(`  ${label}`, lead + 2)}${padStart(fixed(logit, 2), 8)}${padStart(`${fixed(100 * probability, 1)} %`, 9)}  ${paint(style, "cyan", bar(probability, room))}`,
    ),
  ];
}
