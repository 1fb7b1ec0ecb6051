/**
 * What a run of `posenc compare` found out: the content of results.json, and all that the report is made of.
 * Everything in it may be there in part only, since a run can be broken off.
 */
import type { Ceilings, Sight } from "@posenc/benchmarks";
import type { EncoderJSON, Relation } from "@posenc/core";
import type { EpochResult } from "@posenc/tfjs";

export interface Results {
  readonly schema: 1;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** False while the run goes on, and where it was broken off. */
  readonly complete: boolean;
  /** The command line that does this again. */
  readonly command: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seeds: readonly number[];
  /** Samples of each task. */
  readonly samples: { readonly train: number; readonly heldOut: number };
  /** Package → version. */
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: MachineResult;
  readonly tasks: readonly TaskResult[];
  readonly encoders: readonly EncoderResult[];
  readonly runs: readonly RunResult[];
  readonly speed: readonly SpeedResult[];
  readonly pictures: readonly PictureResult[];
  readonly analysis?: readonly AnalysisResult[];
}

export interface MachineResult {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly platform: string;
}

export interface TaskResult {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  readonly ceilings: Ceilings;
}

export interface EncoderResult {
  /** What it is called here, such as "alibi (symmetric)". */
  readonly id: string;
  readonly json: EncoderJSON;
  /** One line for a reader. */
  readonly about: string;
  /** What a bidirectional pooled model can see through it; this decides which ceiling holds. */
  readonly sees: Sight;
}

/** One model, trained. */
export interface RunResult {
  /** {@link EncoderResult.id} */
  readonly encoder: string;
  /** {@link TaskResult.name} */
  readonly task: string;
  readonly seed: number;
  /** How many numbers were trained. */
  readonly parameters: number;
  readonly epochs: readonly EpochResult[];
  readonly seconds: number;
  /** The exported model in ONNX Runtime, on the held-out samples. */
  readonly onnx?: OnnxResult;
}

export interface OnnxResult {
  /** Size of the file. */
  readonly bytes: number;
  readonly accuracy: number;
  /** How many samples get the same class as in training. */
  readonly samePredictions: number;
  readonly samples: number;
  /** The largest difference of two logits. */
  readonly maxDifference: number;
}

export type Backend = "typed arrays" | "@posenc/wasm" | "tf.js cpu" | "tf.js wasm" | "onnxruntime";

/** The time to encode once. */
export interface SpeedResult {
  readonly encoder: string;
  /** Title of the workload. */
  readonly workload: string;
  readonly backend: Backend;
  readonly microseconds: { readonly median: number; readonly low: number; readonly high: number };
  /** Time on typed arrays / time here: above 1 is faster than typed arrays. */
  readonly ratio: number;
}

/** The score of two tokens by their distance. */
export interface AnalysisResult {
  readonly encoder: string;
  /** "ratio": score / score at distance 0. "weight": e to their difference, the factor of the attention weight. */
  readonly relation: Relation;
  /** Positions compared. */
  readonly length: number;
  /** Of how many heads this is the mean. */
  readonly heads: number;
  /** Query − key, in positions. */
  readonly distances: readonly number[];
  /** The mean of all pairs at that distance, relative to distance 0. */
  readonly relative: readonly (number | null)[];
  /** All pairs at one distance have one score. */
  readonly shiftInvariant: boolean;
  /** The mean score at distance 0. */
  readonly atZero: number;
  /** The largest difference between a score and the mean of its distance. */
  readonly shiftSpread: number;
}

/** Numbers shown as colours. */
export interface PictureResult {
  readonly encoder: string;
  readonly title: string;
  readonly axes: { readonly x: string; readonly y: string };
  readonly shape: readonly [rows: number, columns: number];
  /** Row by row. */
  readonly values: readonly number[];
  /** Where colours end: beyond ± this all values look alike. The largest value unless given. */
  readonly limit?: number;
  readonly caption: string;
}
