import { checkPositions, checks, initialise, type NdArray, random, range, typedArrays } from "@posenc/core";
import type { Transformer } from "@posenc/model";
import * as tf from "@tensorflow/tfjs-core";
import { checkBackend, requireGradients } from "./check-backend.ts";
import { tfjs } from "./ops.ts";
import { pick, type Samples, tensors } from "./samples.ts";
import { toTensor } from "./tensors.ts";

export interface TrainOptions {
  /** Pooled: one class for each sample. */
  readonly model: Transformer;
  readonly train: Samples;
  /** Never trained on; loss and accuracy are measured on it after each epoch. */
  readonly heldOut: Samples;
  readonly epochs: number;
  /** Of the tokens of every sample, [length] or [length, axes]; 0, 1, 2 … unless given. */
  readonly positions?: NdArray;
  /** 32 unless given. The last batch of an epoch may be smaller. */
  readonly batchSize?: number;
  /** Step size of Adam (Kingma and Ba, 2015); 3e-4 unless given. */
  readonly learningRate?: number;
  /** Of the first values and the order of the samples. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (progress: StepProgress) => void;
  readonly onEpoch?: (epoch: EpochResult) => void;
}

export interface StepProgress {
  readonly epoch: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly loss: number;
}

export interface EpochResult {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the epoch's samples, as they were trained on. */
  readonly trainLoss: number;
  readonly heldOutLoss: number;
  /** Fraction in [0, 1]. */
  readonly heldOutAccuracy: number;
  readonly seconds: number;
}

export interface TrainResult {
  readonly epochs: readonly EpochResult[];
  /** The trained parameters by name, row by row. */
  readonly values: Record<string, Float32Array>;
  /** Stopped early by `signal`; `epochs` holds what was finished. */
  readonly aborted: boolean;
}

/**
 * Trains a classifier by cross-entropy on the tf.js backend that is set. Leaves no tensor behind, whether it
 * ends, is aborted or throws.
 *
 * @throws TypeError, RangeError for a bad option, before any work
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { model, train, heldOut, epochs, batchSize = 32, learningRate = 3e-4, seed = 0 } = options;
  const { signal, onStep, onEpoch } = options;
  checkOptions(options);
  await checkBackend("train");
  requireGradients("train");

  const [count, length] = train.tokens.shape as [number, number];
  const positions = toTensor(options.positions ?? range(length));
  const variables: Record<string, tf.Variable> = {};
  const optimizer = tf.train.adam(learningRate);
  const results: EpochResult[] = [];
  try {
    for (const [name, values] of Object.entries(initialise(model.parameters, seed))) {
      variables[name] = tf.tidy(() => tf.variable(tf.tensor(values, [...model.parameters[name]!.shape])));
    }
    const trained = Object.values(variables);
    const order = random(seed, "order of the samples");
    const stepsPerEpoch = Math.ceil(count / batchSize);

    for (let epoch = 1; epoch <= epochs && !signal?.aborted; epoch++) {
      const started = performance.now();
      const samples = order.permutation(count);
      let total = 0;
      for (let step = 0; step < stepsPerEpoch && !signal?.aborted; step++) {
        const batch = pick(train, samples.subarray(step * batchSize, (step + 1) * batchSize));
        const loss = tf.tidy(() => {
          const [tokens, labels] = tensors(batch);
          const { value, grads } = tf.variableGrads(
            () => crossEntropy(model.forward(tfjs, variables, tokens, positions), labels),
            trained,
          );
          optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
          return value.dataSync()[0]!;
        });
        if (!Number.isFinite(loss)) {
          throw new RangeError(
            `train: loss became ${loss} in epoch ${epoch}, step ${step + 1}; learningRate ${learningRate} may be too high`,
          );
        }
        total += loss * batch.labels.length;
        onStep?.({ epoch, step: step + 1, stepsPerEpoch, loss });
        await breathe();
      }
      if (signal?.aborted) break;
      const { loss, accuracy } = await evaluate(model, variables, heldOut, batchSize, positions, signal);
      if (signal?.aborted) break;
      const seconds = (performance.now() - started) / 1000;
      const result = {
        epoch,
        trainLoss: total / count,
        heldOutLoss: loss,
        heldOutAccuracy: accuracy,
        seconds,
      };
      results.push(result);
      onEpoch?.(result);
    }
    const values = Object.fromEntries(
      Object.entries(variables).map(([name, variable]) => [name, Float32Array.from(variable.dataSync())]),
    );
    return { epochs: results, values, aborted: signal?.aborted ?? false };
  } finally {
    tf.dispose([positions, variables]);
    optimizer.dispose();
  }
}

async function evaluate(
  model: Transformer,
  values: Record<string, tf.Tensor>,
  samples: Samples,
  batchSize: number,
  positions: tf.Tensor,
  signal?: AbortSignal,
): Promise<{ loss: number; accuracy: number }> {
  const count = samples.labels.length;
  let [loss, right] = [0, 0];
  for (let start = 0; start < count && !signal?.aborted; start += batchSize) {
    const batch = pick(
      samples,
      Int32Array.from({ length: Math.min(batchSize, count - start) }, (_, i) => start + i),
    );
    tf.tidy(() => {
      const [tokens, labels] = tensors(batch);
      const logits = model.forward(tfjs, values, tokens, positions) as tf.Tensor2D;
      loss += crossEntropy(logits, labels).dataSync()[0]! * batch.labels.length;
      right += tf.sum(tf.cast(tf.equal(tf.argMax(logits, -1), labels), "float32")).dataSync()[0]!;
    });
    await breathe();
  }
  return { loss: loss / count, accuracy: right / count };
}

/** Mean over the batch of −log softmax(logits)[label]. */
function crossEntropy(logits: tf.Tensor, labels: tf.Tensor1D): tf.Scalar {
  const chosen = tf.oneHot(labels, logits.shape[1]!);
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), chosen), -1)));
}

/** Lets timers, signals and progress run between two steps. */
const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** One row of positions, as many as a sample has tokens. */
function checkPlaces({ model, train, positions = range(train.tokens.shape[1] ?? 1) }: TrainOptions): void {
  const { encoder } = model.options;
  const places = checkPositions("train", "positions", typedArrays.describe(positions), encoder.positions);
  if (places.length !== 1 || places[0] !== train.tokens.shape[1]) {
    throw new RangeError(
      `train: positions must be one for each of ${train.tokens.shape[1]} tokens, got shape ${checks.show([...positions.shape])}`,
    );
  }
}

function checkOptions(options: TrainOptions): void {
  const { model, train, heldOut, epochs, batchSize = 32, learningRate = 3e-4, seed = 0 } = options;
  checks.checkCount("train", "epochs", epochs);
  checks.checkCount("train", "batchSize", batchSize);
  checks.checkPositive("train", "learningRate", learningRate);
  checks.checkCount("train", "seed", seed, 0);
  checkPlaces(options);
  if (model.options.head !== "pooled")
    throw new RangeError(`train: model must have head "pooled", got "${model.options.head}"`);
  for (const [name, { tokens, labels }] of Object.entries({ train, heldOut })) {
    const { shape } = tokens;
    if (!(tokens.data instanceof Int32Array) || shape.length !== 2) {
      throw new TypeError(
        `train: ${name}.tokens must be int32 [samples, length], got shape ${checks.show([...shape])}`,
      );
    }
    if (!(labels instanceof Int32Array) || labels.length !== shape[0]) {
      throw new RangeError(
        `train: ${name}.labels must be ${shape[0]} whole numbers in an Int32Array, got ${checks.show(labels)}`,
      );
    }
    if (labels.length === 0) throw new RangeError(`train: ${name} must have samples, got none`);
    const bad = labels.find((label) => label < 0 || label >= model.options.outputs);
    if (bad !== undefined)
      throw new RangeError(
        `train: ${name}.labels must be from 0 to ${model.options.outputs - 1}, got ${bad}`,
      );
  }
}
