import { array, checks, type NdArray, type Random, random } from "@posenc/core";

/** Tokens in every sample of every task. */
export const LENGTH = 10;

/** The best accuracy (0 … 1) that a kind of model can reach, whatever is trained. */
export interface Ceiling {
  readonly accuracy: number;
  /** The reason, in one sentence. */
  readonly because: string;
}

export interface Ceilings {
  /** For a model that sees which tokens there are, but not where. */
  readonly withoutPositions: Ceiling;
  /** For a bidirectional pooled model that sees how far apart tokens are, but not on which side. */
  readonly symmetricDistance?: Ceiling;
}

export interface Sample {
  /** {@link LENGTH} token ids. */
  readonly tokens: ArrayLike<number>;
  /** A class. */
  readonly label: number;
}

export interface Samples {
  /** [count, 10] int32. */
  readonly tokens: NdArray;
  /** [count]. */
  readonly labels: Int32Array;
}

/** What a task is: how one sample is drawn, and how its numbers read. */
export interface TaskDefinition {
  readonly name: string;
  readonly title: string;
  /** What the model has to answer, in one sentence. */
  readonly question: string;
  /** A readable name for each token id. */
  readonly words: readonly string[];
  /** A readable name for each class. */
  readonly labels: readonly string[];
  readonly ceilings: Ceilings;
  sample(random: Random): Sample;
}

/** A classification task whose answer depends on the order of ten tokens. */
export interface Task extends TaskDefinition {
  /** How many different tokens there are. */
  readonly vocabulary: number;
  /** How many different answers there are. */
  readonly classes: number;
  readonly length: number;
  /**
   * `count` samples; the same seed gives the same ones, and a larger count begins with those of a smaller.
   *
   * @throws TypeError, RangeError for a count below 1 or a seed below 0
   */
  generate(count: number, seed: number): Samples;
}

export function task(definition: TaskDefinition): Task {
  const { name, words, labels } = definition;
  return {
    ...definition,
    vocabulary: words.length,
    classes: labels.length,
    length: LENGTH,
    generate(count, seed) {
      checks.checkCount(name, "count", count);
      checks.checkCount(name, "seed", seed, 0);
      const source = random(seed, `${name}.train`);
      return stack(Array.from({ length: count }, () => definition.sample(source)));
    },
  };
}

export interface DatasetOptions {
  /** Number of samples to train on. */
  readonly train: number;
  /** Number of samples to judge by. */
  readonly heldOut: number;
  readonly seed: number;
}

export interface Dataset {
  readonly train: Samples;
  readonly heldOut: Samples;
}

/**
 * Samples to train on (those of `generate`) and samples to judge by, from random streams of their own. No
 * held-out sample occurs among those to train on.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function dataset(task: Task, options: DatasetOptions): Dataset {
  checks.checkNames("dataset", options, ["train", "heldOut", "seed"]);
  const count = checks.checkCount("dataset", "train", options.train);
  const heldOutCount = checks.checkCount("dataset", "heldOut", options.heldOut);
  const seed = checks.checkCount("dataset", "seed", options.seed, 0);

  const train = task.generate(count, seed);
  const seen = new Set(Array.from({ length: count }, (_, i) => key(rowOf(train, i))));
  const source = random(seed, `${task.name}.heldOut`);
  const unseen = (): Sample => {
    for (;;) {
      const sample = task.sample(source);
      if (!seen.has(key(sample.tokens))) return sample;
    }
  };
  return { train, heldOut: stack(Array.from({ length: heldOutCount }, unseen)) };
}

/** The tokens of sample `i`. */
export function rowOf({ tokens }: Samples, i: number): Int32Array {
  return tokens.data.subarray(i * LENGTH, (i + 1) * LENGTH) as Int32Array;
}

const key = (tokens: ArrayLike<number>): string => Array.from(tokens).join(" ");

function stack(samples: readonly Sample[]): Samples {
  const tokens = new Int32Array(samples.length * LENGTH);
  for (const [i, sample] of samples.entries()) tokens.set(sample.tokens, i * LENGTH);
  return {
    tokens: array(tokens, [samples.length, LENGTH]),
    labels: Int32Array.from(samples, ({ label }) => label),
  };
}
