import { many } from "../../format.ts";
import type { EmbeddingsStage, Run } from "../data.ts";
import { excerptLines } from "./entries.ts";
import { heading, padStart, paint, paragraphs, type Style, text, width, wrap } from "./style.ts";

export function renderOpening(run: Run, style: Style): string {
  return text([
    ...wrap(style, `posenc trace: ${run.encoderTitle}, from word to answer`, "").map((line) =>
      paint(style, "bold", line),
    ),
    "",
    ...paragraphs(style, [
      `The task is "${run.task.title}". ${run.task.question}`,
      `A transformer of one block, ${run.dim} numbers for each word and ${many(run.heads, "head")}, learns it here and now. All numbers below are from this run (seed ${run.seed}).`,
    ]),
  ]);
}

export function renderEmbeddings(stage: EmbeddingsStage, style: Style): string {
  const { tokens, words, answer, embeddings } = stage;
  const cells = ["position", "word", "token"].map((name) => padStart(name, 10));
  for (const [i, word] of words.entries()) {
    const column = [String(i), word, String(tokens[i])];
    const cell = Math.max(5, ...words.map((other) => width(other) + 1));
    for (const line of column.keys()) cells[line] += padStart(column[line]!, Math.min(cell, 6));
  }
  const wide = Math.max(...words.map(width)) > 5;
  return text([
    ...heading(style, "1 of 7: the input"),
    ...paragraphs(style, [`A sample that the model is never trained on. Its true answer is ${answer}.`]),
    "",
    ...(wide ? wordList(stage, style) : cells),
    "",
    ...paragraphs(style, [
      "Each word is a token id, and each id has a row of numbers, its embedding. Here is what the model starts with, before training: random numbers.",
    ]),
    "",
    ...excerptLines("embeddings", embeddings),
    "",
    ...paragraphs(style, [
      "A row belongs to a word, not to a place: the same word has the same row wherever it stands.",
    ]),
  ]);
}

/** For words too long for columns. */
function wordList({ words, tokens }: EmbeddingsStage, style: Style): string[] {
  return wrap(
    style,
    words.map((word, i) => `${i}:${word}(${tokens[i]})`).join("  "),
    "  position:word(token)  ",
  );
}
