import { ceilingFor, whatItSees } from "@posenc/benchmarks";
import { type NdArray, sizeOf } from "@posenc/core";
import { type EpochResult, type StepProgress, train } from "@posenc/tfjs";
import type { TracedEpoch, TrainingStage } from "../data.ts";
import { plain } from "../numbers.ts";
import { type Setup, withShapes } from "../setup.ts";
import { observeEpoch, observeTraining } from "./observations.ts";

const BATCH_SIZE = 16;
const LEARNING_RATE = 3e-4;

export interface TrainingProgress {
  onStep?(progress: StepProgress): void;
  onEpoch?(epoch: TracedEpoch, previous: TracedEpoch | undefined): void;
}

/** What is known before training: a stage with no epoch in it. */
export function beforeTraining({ options, model }: Setup): TrainingStage {
  const { encoder, task, dim, heads } = options;
  const sight = whatItSees(encoder, { dim, heads });
  const numbers = (of: typeof model.parameters) =>
    Object.values(of).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return {
    parameters: numbers(model.parameters),
    encoderParameters: numbers(encoder.parameters),
    batchSize: BATCH_SIZE,
    learningRate: LEARNING_RATE,
    guessingLoss: Math.log(task.classes),
    sight,
    withoutPositions: { ...task.ceilings.withoutPositions },
    ceiling: ceilingFor(task, sight) ?? null,
    epochs: [],
    steps: [],
    observations: [],
    interrupted: false,
  };
}

/** Trains on the tf.js backend that is set. @returns the stage and the trained values */
export async function training(
  setup: Setup,
  before: TrainingStage,
  progress: TrainingProgress = {},
  signal?: AbortSignal,
): Promise<{ stage: TrainingStage; values: Readonly<Record<string, NdArray>> }> {
  const { model, data, options } = setup;
  const standards = { ...before, heldOut: options.heldOut };
  const epochs: TracedEpoch[] = [];
  const steps: number[] = [];

  const observed = (result: EpochResult): TracedEpoch => ({
    ...result,
    observation: observeEpoch([...epochs, result], standards),
  });
  const result = await train({
    model,
    train: data.train,
    heldOut: data.heldOut,
    epochs: options.epochs,
    batchSize: BATCH_SIZE,
    learningRate: LEARNING_RATE,
    seed: options.seed,
    ...(signal && { signal }),
    onStep(step) {
      steps.push(step.loss);
      progress.onStep?.(step);
    },
    onEpoch(epoch) {
      epochs.push(observed(epoch));
      progress.onEpoch?.(epochs.at(-1)!, epochs.at(-2));
    },
  });
  return {
    stage: {
      ...before,
      epochs,
      steps: plain(steps),
      observations: observeTraining(epochs, standards),
      interrupted: result.aborted && epochs.length < options.epochs,
    },
    values: withShapes(model, result.values),
  };
}
