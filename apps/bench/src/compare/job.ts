import { dataset, tasks } from "@posenc/benchmarks";
import { type EncoderJSON, fromJSON, type NdArray, sizeOf } from "@posenc/core";
import { type TransformerOptions, transformer } from "@posenc/model";
import { exportModel } from "@posenc/onnx";
import { createModelSession } from "@posenc/onnxruntime";
import { type EpochResult, predict, type StepProgress, train } from "@posenc/tfjs";
import * as ort from "onnxruntime-node";
import type { OnnxResult, RunResult } from "../results.ts";

/** One model to train: plain data, so that it can go to a worker. */
export interface Job {
  readonly encoder: string;
  readonly json: EncoderJSON;
  readonly task: keyof typeof tasks;
  readonly seed: number;
  /** Of the tokens; 0, 1, 2 … unless given. */
  readonly positions?: NdArray;
  readonly model: Pick<Required<TransformerOptions>, "dim" | "heads" | "blocks">;
  readonly samples: number;
  readonly heldOut: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

export interface JobResult {
  readonly run: RunResult;
  /** The encoder's own parameters, trained. */
  readonly encoderValues: Record<string, Float32Array>;
}

export type JobEvent = { readonly step: StepProgress } | { readonly epoch: EpochResult };

/**
 * Trains a model on the tf.js backend that is set, exports it to ONNX, and runs it there on the held-out samples.
 * Aborted, it gives the epochs that were finished.
 */
export async function runJob(
  job: Job,
  report: (event: JobEvent) => void,
  signal?: AbortSignal,
): Promise<JobResult> {
  const task = tasks[job.task];
  const { samples, heldOut: heldOutCount, seed, epochs, batchSize, learningRate, positions } = job;
  const { train: trainSamples, heldOut } = dataset(task, { train: samples, heldOut: heldOutCount, seed });
  const model = transformer({
    ...job.model,
    vocabulary: task.vocabulary,
    outputs: task.classes,
    encoder: fromJSON(job.json),
  });
  const started = performance.now();
  const trained = await train({
    model,
    train: trainSamples,
    heldOut,
    epochs,
    batchSize,
    learningRate,
    seed,
    ...(positions && { positions }),
    ...(signal && { signal }),
    onStep: (step) => report({ step }),
    onEpoch: (epoch) => report({ epoch }),
  });
  const run: RunResult = {
    encoder: job.encoder,
    task: job.task,
    seed,
    parameters: Object.values(model.parameters).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    epochs: trained.epochs,
    seconds: (performance.now() - started) / 1000,
  };
  const encoderValues = Object.fromEntries(
    Object.keys(model.options.encoder.parameters).map((name) => [name, trained.values[`encoder.${name}`]!]),
  );
  if (trained.aborted) return { run, encoderValues };

  const session = await createModelSession(model, trained.values, ort, { session: { intraOpNumThreads: 1 } });
  try {
    const [here, there] = [
      await predict(model, trained.values, heldOut.tokens, positions),
      await session.run(heldOut.tokens, positions),
    ];
    const bytes = exportModel(model, trained.values).length;
    return { run: { ...run, onnx: { bytes, ...compareLogits(here, there, heldOut.labels) } }, encoderValues };
  } finally {
    await session.dispose();
  }
}

/** Logits [samples, classes] of the same samples from two places. */
export function compareLogits(here: NdArray, there: NdArray, labels: Int32Array): Omit<OnnxResult, "bytes"> {
  const classes = here.shape[1]!;
  const best = ({ data }: NdArray, sample: number): number => {
    const row = data.subarray(sample * classes, (sample + 1) * classes);
    return row.indexOf(Math.max(...row));
  };
  let [samePredictions, right, maxDifference] = [0, 0, 0];
  for (const [sample, label] of labels.entries()) {
    const answer = best(there, sample);
    if (answer === best(here, sample)) samePredictions++;
    if (answer === label) right++;
  }
  here.data.forEach((logit, i) => {
    maxDifference = Math.max(maxDifference, Math.abs(logit - there.data[i]!));
  });
  return { accuracy: right / labels.length, samePredictions, samples: labels.length, maxDifference };
}
