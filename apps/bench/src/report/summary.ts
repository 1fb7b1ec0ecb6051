import { ceilingFor } from "@posenc/benchmarks";
import type { EpochResult } from "@posenc/tfjs";
import type { EncoderResult, OnnxResult, Results, RunResult, TaskResult } from "../results.ts";

/** How one encoder did on one task. */
export interface Score {
  readonly encoder: EncoderResult;
  readonly task: TaskResult;
  readonly runs: readonly RunResult[];
  /** Held-out accuracy after the last epoch, one for each run that has an epoch. */
  readonly accuracies: readonly number[];
  /** Their median; undefined where nothing was run. */
  readonly accuracy: number | undefined;
  /** There are others on this task, and none is better. */
  readonly best: boolean;
  /** The ceiling that holds for this encoder, if one does. */
  readonly ceiling: number | undefined;
  /** The accuracy is the ceiling's, give or take what chance does to so many samples (two standard deviations). */
  readonly atCeiling: boolean;
}

/** All scores, task by task in the order of the results, and in each the encoders in theirs. */
export function scores(results: Results): Score[] {
  return results.tasks.flatMap((task) => {
    const row = results.encoders.map((encoder) => score(results, encoder, task));
    const found = row.map(({ accuracy }) => accuracy).filter((accuracy) => accuracy !== undefined);
    const top = found.length > 1 ? Math.max(...found) : undefined;
    return row.map((entry) => ({ ...entry, best: top !== undefined && entry.accuracy === top }));
  });
}

function score(results: Results, encoder: EncoderResult, task: TaskResult): Score {
  const runs = results.runs.filter((run) => run.encoder === encoder.id && run.task === task.name);
  const accuracies = runs
    .map((run) => lastEpoch(run)?.heldOutAccuracy)
    .filter((accuracy) => accuracy !== undefined);
  const accuracy = accuracies.length > 0 ? median(accuracies) : undefined;
  const ceiling = ceilingFor(task, encoder.sees)?.accuracy;
  return { encoder, task, runs, accuracies, accuracy, best: false, ceiling, atCeiling: reaches() };

  function reaches(): boolean {
    if (ceiling === undefined || accuracy === undefined) return false;
    return accuracy >= ceiling - 2 * Math.sqrt((ceiling * (1 - ceiling)) / results.samples.heldOut);
  }
}

export function lastEpoch({ epochs }: RunResult): EpochResult | undefined {
  return epochs.at(-1);
}

/** The exported models of one encoder on one task, taken together; undefined where none was run. */
export function onnxOf({ runs }: Score): Omit<OnnxResult, "bytes"> | undefined {
  const found = runs.map(({ onnx }) => onnx).filter((onnx) => onnx !== undefined);
  if (found.length === 0) return undefined;
  const sum = (pick: (onnx: OnnxResult) => number) => found.reduce((total, onnx) => total + pick(onnx), 0);
  return {
    accuracy: median(found.map(({ accuracy }) => accuracy)),
    samePredictions: sum(({ samePredictions }) => samePredictions),
    samples: sum(({ samples }) => samples),
    maxDifference: Math.max(...found.map(({ maxDifference }) => maxDifference)),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
