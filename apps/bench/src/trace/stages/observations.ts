import type { Ceiling } from "@posenc/benchmarks";
import type { EpochResult } from "@posenc/tfjs";
import { fixed, many, percent } from "../../format.ts";

/** What the numbers of a training are held against. */
export interface Standards {
  /** Loss of one who guesses evenly. */
  readonly guessingLoss: number;
  readonly withoutPositions: Ceiling;
  /** How many held-out samples there are. */
  readonly heldOut: number;
}

/** Three standard errors of an accuracy that is `accuracy` in truth, measured on `samples`. */
export function margin(accuracy: number, samples: number): number {
  return 3 * Math.sqrt((accuracy * (1 - accuracy)) / samples);
}

/** One sentence on the last of `epochs`. */
export function observeEpoch(epochs: readonly EpochResult[], standards: Standards): string {
  const last = epochs.at(-1)!;
  const previous = epochs.at(-2);
  const passed = beats(last, standards) && !epochs.slice(0, -1).some((epoch) => beats(epoch, standards));
  const loss = previous === undefined ? start(last, standards) : step(previous, last);
  const ceiling = percent(standards.withoutPositions.accuracy);
  return passed
    ? `${loss}; the accuracy is above ${ceiling}, the most that is possible without positions.`
    : `${loss}.`;
}

function start({ trainLoss }: EpochResult, { guessingLoss }: Standards): string {
  const guess = `the loss of guessing evenly, ${fixed(guessingLoss, 3)}`;
  if (trainLoss > 1.05 * guessingLoss) return `On average above ${guess}: the first steps still go astray`;
  return trainLoss < 0.95 * guessingLoss ? `Already below ${guess}` : `About ${guess}: little is learned yet`;
}

function step(previous: EpochResult, last: EpochResult): string {
  const fall = 1 - last.trainLoss / previous.trainLoss;
  if (Math.abs(fall) < 0.03) return "The training loss hardly moves";
  const size = percent(Math.round(100 * Math.abs(fall)) / 100);
  return fall > 0 ? `The training loss falls by ${size}` : `The training loss rises by ${size}`;
}

/** Sentences on a whole training. */
export function observeTraining(epochs: readonly EpochResult[], standards: Standards): string[] {
  if (epochs.length === 0) return ["No epoch was finished."];
  return [
    ...course(epochs),
    againstCeiling(epochs.at(-1)!, standards),
    ...ending(epochs, standards),
    ...overfitting(epochs),
  ];
}

function course(epochs: readonly EpochResult[]): string[] {
  if (epochs.length < 2) return [];
  const [first, last] = [epochs[0]!.trainLoss, epochs.at(-1)!.trainLoss];
  const whole = `from ${fixed(first, 3)} to ${fixed(last, 3)} in ${many(epochs.length, "epoch")}`;
  if (last > 1.03 * first) return [`The training loss rises, ${whole}: this is no learning.`];
  if (last > 0.97 * first) return [`The training loss stays where it is, ${whole}.`];
  const drops = epochs.slice(1).map(({ trainLoss }, i) => epochs[i]!.trainLoss - trainLoss);
  const biggest = drops.indexOf(Math.max(...drops));
  const where =
    drops.length > 1
      ? `; the biggest step is epoch ${epochs[biggest + 1]!.epoch}, down by ${fixed(drops[biggest]!, 3)}`
      : "";
  return [`The training loss falls ${whole}${where}.`];
}

function againstCeiling(last: EpochResult, standards: Standards): string {
  const { accuracy } = standards.withoutPositions;
  const reached = percent(last.heldOutAccuracy);
  const ceiling = percent(accuracy);
  const error = `${many(standards.heldOut, "sample")} leave an uncertainty of ± ${percent(Math.round(100 * margin(accuracy, standards.heldOut)) / 100)}`;
  const why =
    last.heldOutAccuracy > accuracy
      ? `chance explains: without positions ${ceiling} can be reached, and ${error}`
      : `the ${ceiling} that can be reached without positions`;
  return beats(last, standards)
    ? `The accuracy on samples never trained on is ${reached}. Without positions ${ceiling} is the most: so the model uses the order of the words.`
    : `The accuracy on samples never trained on is ${reached}, which is not more than ${why}.`;
}

function ending(epochs: readonly EpochResult[], standards: Standards): string[] {
  const [previous, last] = [epochs.at(-2), epochs.at(-1)!];
  if (previous === undefined || !beats(last, standards)) return [];
  const gained = last.heldOutAccuracy - previous.heldOutAccuracy;
  const falls = last.heldOutLoss < 0.95 * previous.heldOutLoss;
  if (falls && gained > 0 && last.heldOutAccuracy < 0.99)
    return [
      `In the last epoch the held-out loss still fell by ${percent(Math.round(100 * (1 - last.heldOutLoss / previous.heldOutLoss)) / 100)}: more epochs would probably help.`,
    ];
  return falls ? [] : ["In the last epoch the held-out loss did not fall noticeably: it has levelled off."];
}

function overfitting(epochs: readonly EpochResult[]): string[] {
  if (epochs.length < 2) return [];
  const losses = epochs.map(({ heldOutLoss }) => heldOutLoss);
  const best = losses.indexOf(Math.min(...losses));
  const last = epochs.at(-1)!;
  const rose = last.heldOutLoss > 1.03 * losses[best]!;
  if (rose && last.trainLoss < epochs[best]!.trainLoss)
    return [
      `Since epoch ${epochs[best]!.epoch} the held-out loss rises while the training loss falls: the model begins to learn the samples by heart (overfitting).`,
    ];
  if (last.heldOutLoss > 2 * last.trainLoss && last.heldOutLoss - last.trainLoss > 0.1)
    return [
      `The held-out loss (${fixed(last.heldOutLoss, 3)}) is far above the training loss (${fixed(last.trainLoss, 3)}): part of what is learned holds for the trained samples only (overfitting).`,
    ];
  return best === losses.length - 1 && last.trainLoss < 0.97 * epochs[0]!.trainLoss
    ? ["The held-out loss is at its lowest in the last epoch: no sign of learning by heart."]
    : [];
}

/** Above what is possible without positions, by more than chance explains. */
export function beats({ heldOutAccuracy }: EpochResult, { withoutPositions, heldOut }: Standards): boolean {
  const { accuracy } = withoutPositions;
  return heldOutAccuracy > accuracy + margin(accuracy, heldOut);
}
