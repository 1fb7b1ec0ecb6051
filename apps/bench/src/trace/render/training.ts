import type { StepProgress } from "@posenc/tfjs";
import { count, fixed, many, percent } from "../../format.ts";
import type { Run, TracedEpoch, TrainingStage } from "../data.ts";
import { lossChart } from "./chart.ts";
import { type Colour, heading, padStart, paint, paragraphs, type Style, text, wrap } from "./style.ts";

const sights = {
  nothing: "sees nothing of the order of the words",
  distance: "sees how far apart words are, but not on which side",
  order: "sees the order of the words",
} as const;

export function renderTrainingStart(run: Run, stage: TrainingStage, style: Style): string {
  const { parameters, encoderParameters, withoutPositions, ceiling, sight } = stage;
  const own = encoderParameters === 0 ? "none" : count(encoderParameters);
  const limit = ceiling
    ? `so ${percent(ceiling.accuracy)} is the most it can reach. ${ceiling.because}`
    : "so nothing on this task is out of its reach.";
  return text([
    ...heading(style, "4 of 7: the training"),
    ...paragraphs(style, [
      `${many(run.samples, "sample")}, ${many(run.epochs, "epoch")}, batches of ${stage.batchSize}, Adam with step size ${stage.learningRate}. ${count(parameters)} numbers are trained, ${own} of them the encoder's. After each epoch the model is tried on ${many(run.heldOut, "held-out sample")}.`,
      `Without positions nothing beats ${percent(withoutPositions.accuracy)}. ${withoutPositions.because} With this encoder the model ${sights[sight]}, ${limit}`,
      `Guessing evenly has a loss of ln(${run.task.classes.length}) = ${fixed(stage.guessingLoss, 3)}.`,
    ]),
    "",
    paint(style, "bold", " epoch   training loss   held-out loss   held-out accuracy   seconds"),
  ]);
}

export function renderEpoch(epoch: TracedEpoch, previous: TracedEpoch | undefined, style: Style): string {
  const better = (falling: boolean): Colour => (falling ? "green" : "red");
  const loss = (now: number, before: number | undefined) => trend(now, before, better(now < (before ?? now)));
  const { heldOutAccuracy: accuracy } = epoch;
  const line = [
    padStart(String(epoch.epoch), 6),
    padStart(fixed(epoch.trainLoss), 14),
    ` ${loss(epoch.trainLoss, previous?.trainLoss)}`,
    padStart(fixed(epoch.heldOutLoss), 14),
    ` ${loss(epoch.heldOutLoss, previous?.heldOutLoss)}`,
    padStart(`${fixed(100 * accuracy, 1)} %`, 18),
    ` ${trend(accuracy, previous?.heldOutAccuracy, better(accuracy > (previous?.heldOutAccuracy ?? 0)))}`,
    padStart(fixed(epoch.seconds, 1), 10),
  ].join("");
  return text([
    line,
    ...wrap(style, epoch.observation, "         ").map((line) => paint(style, "faint", line)),
  ]);

  function trend(now: number, before: number | undefined, colour: Colour): string {
    if (before === undefined || now === before) return " ";
    return paint(style, colour, now < before ? "↓" : "↑");
  }
}

/** No line: it is overwritten by the next step. */
export function renderStep({ epoch, step, stepsPerEpoch, loss }: StepProgress): string {
  return `${padStart(String(epoch), 6)}   step ${step} of ${stepsPerEpoch}, loss ${fixed(loss)}`;
}

export function renderTrainingEnd(run: Run, stage: TrainingStage, style: Style): string {
  const stepsPerEpoch = Math.ceil(run.samples / stage.batchSize);
  const chart = lossChart(stage.steps, stepsPerEpoch, style.columns);
  const stopped = `Interrupted: ${many(stage.epochs.length, "epoch")} of ${run.epochs} finished. What comes after the training is left out.`;
  return text([
    "",
    ...(chart.length > 0 ? [...wrap(style, "The training loss, step by step:"), "", ...chart, ""] : []),
    ...paragraphs(style, ["What the numbers say:"]),
    ...stage.observations.flatMap((observation) => wrap(style, observation, "  - ")),
    ...(stage.interrupted ? ["", ...wrap(style, stopped).map((line) => paint(style, "yellow", line))] : []),
  ]);
}
