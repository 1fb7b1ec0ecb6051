import type { Sight } from "@posenc/benchmarks";
import type { Kind } from "@posenc/core";
import { count, fixed, many, percent } from "../../format.ts";
import type { EncodingStage, Run, TrainingStage } from "../data.ts";
import { beats } from "./observations.ts";

const given: Readonly<Record<Kind, (shape: readonly number[]) => string>> = {
  additive: (shape) => `${count(size(shape))} numbers added to the words`,
  rotary: (shape) => `${count(size(shape))} angles by which queries and keys are turned`,
  bias: (shape) => `${count(size(shape))} numbers added to the attention scores`,
  content: (shape) => `${count(size(shape))} numbers added to the attention scores`,
};

const blind: Readonly<Record<Sight, string>> = {
  nothing:
    "Nothing here tells it where a word stands: shuffle the sample, and the answer stays the same. That is what a position encoding is for.",
  distance:
    "It is told how far apart two words are, but not on which side: a sample and its mirror image look the same to it.",
  order: "It is told where the words stand, but has not learned to use it yet: try more epochs or samples.",
};

/** Two or three sentences, with the numbers of the run. */
export function insight(run: Run, encoding: EncodingStage, training: TrainingStage): string[] {
  const { withoutPositions, guessingLoss, sight, epochs, encoderParameters } = training;
  const last = epochs.at(-1)!;
  const after = `after ${many(epochs.length, "epoch")}`;
  const reached = `${percent(last.heldOutAccuracy)} ${after} (loss ${fixed(last.heldOutLoss, 3)}, guessing is ${fixed(guessingLoss, 3)})`;
  const bag = `Attention by itself sees a bag of words, not a sequence: on "${run.task.title}" it cannot beat ${percent(withoutPositions.accuracy)}.`;
  if (!beats(last, { ...training, heldOut: run.heldOut }))
    return [bag, `With ${run.encoderTitle}, this model reaches ${reached}.`, blind[sight]];
  const trained =
    encoderParameters === 0 ? "none of them trained" : `${count(encoderParameters)} of them trained`;
  return [
    bag,
    `With ${run.encoderTitle}, the same model reaches ${reached}.`,
    `All that it was given more: ${given[run.kind](encoding.shape)}, ${trained}.`,
  ];
}

const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
