/**
 * What a trace has found out, as plain data: what `--json` prints, and all that the text is made of. Numbers are
 * finite; nothing is a typed array.
 */
import type { Ceiling, Sight } from "@posenc/benchmarks";
import type { EncoderJSON, Kind } from "@posenc/core";
import type { EpochResult } from "@posenc/tfjs";

export interface TraceData {
  readonly schema: 1;
  readonly run: Run;
  readonly embeddings: EmbeddingsStage;
  readonly encoding: EncodingStage;
  readonly sum: SumStage;
  readonly training: TrainingStage;
  /** This and what follows is left out where the training was interrupted. */
  readonly prediction?: PredictionStage;
  readonly quiz?: readonly Question[];
  /** Two or three sentences. */
  readonly insight?: readonly string[];
}

/** What was asked for. */
export interface Run {
  readonly encoder: EncoderJSON;
  readonly kind: Kind;
  readonly encoderTitle: string;
  readonly task: {
    readonly name: string;
    readonly title: string;
    readonly question: string;
    readonly classes: readonly string[];
  };
  readonly dim: number;
  readonly heads: number;
  readonly seed: number;
  readonly epochs: number;
  /** To train on. */
  readonly samples: number;
  readonly heldOut: number;
}

/** The two ends of a row; a short row is whole in `first`. */
export interface Ends {
  readonly first: readonly number[];
  readonly last: readonly number[];
}

/** A matrix by its first and last row. */
export interface Excerpt {
  readonly shape: readonly number[];
  readonly mean: number;
  /** Standard deviation. */
  readonly deviation: number;
  readonly rows: readonly { readonly index: number; readonly ends: Ends }[];
}

/** A held-out sample and the embeddings of its words, before training. */
export interface EmbeddingsStage {
  readonly tokens: readonly number[];
  readonly words: readonly string[];
  /** The true answer. */
  readonly answer: string;
  /** [length, dim] */
  readonly embeddings: Excerpt;
}

/** The encoding of the sample's positions, before training. */
export interface EncodingStage {
  readonly title: string;
  /** What it does, in a sentence. */
  readonly explanation: string;
  /** Where it acts, in a sentence. */
  readonly place: string;
  readonly formula: readonly string[];
  readonly notes: readonly string[];
  /** Of all that the encoder makes. */
  readonly shape: readonly number[];
  readonly tables: readonly EncodingTable[];
  readonly worked: readonly WorkedStep[];
  /** What is measured. */
  readonly measured: string;
  /** Lengths and products, for this encoder and for the variants of it that are worth comparing. */
  readonly measures: readonly VariantMeasures[];
}

export interface EncodingTable {
  readonly name: string;
  /** What the columns are. */
  readonly columns: string;
  /** All of it: a row for each position. */
  readonly values: readonly (readonly number[])[];
  readonly excerpt: Excerpt;
}

/** One entry of the encoding, with the numbers put into the formula. */
export interface WorkedStep {
  readonly term: string;
  readonly expression: string;
  /** The expression worked out in part. */
  readonly simpler?: string;
  /** As the encoder computed it. */
  readonly value: number;
}

export interface VariantMeasures {
  readonly variant: string;
  /** It is the encoder of this run. */
  readonly used: boolean;
  readonly measures: readonly Measure[];
  /** What they say. */
  readonly sentence: string;
}

export interface Measure {
  readonly term: string;
  readonly value: number;
}

/** What the encoding changes, before training. */
export interface SumStage {
  readonly title: string;
  readonly explanation: string;
  readonly shape: readonly number[];
  readonly rows: readonly SumRow[];
  readonly sentences: readonly string[];
}

export interface SumRow {
  readonly position: number;
  readonly word: string;
  readonly terms: readonly { readonly term: string; readonly ends: Ends }[];
}

export interface TrainingStage {
  /** How many numbers are trained. */
  readonly parameters: number;
  /** How many of them are the encoder's. */
  readonly encoderParameters: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Loss of one who guesses evenly: ln(classes). */
  readonly guessingLoss: number;
  /** What a model like this sees of the order. */
  readonly sight: Sight;
  readonly withoutPositions: Ceiling;
  /** The ceiling with this encoder; null where there is none. */
  readonly ceiling: Ceiling | null;
  readonly epochs: readonly TracedEpoch[];
  /** Training loss of each step, in order. */
  readonly steps: readonly number[];
  /** On the whole run. */
  readonly observations: readonly string[];
  readonly interrupted: boolean;
}

export interface TracedEpoch extends EpochResult {
  readonly observation: string;
}

/** One held-out sample through the trained model. */
export interface PredictionStage {
  readonly tensors: readonly TracedTensor[];
  readonly attention: AttentionHead;
  readonly classes: readonly ClassScore[];
  readonly predicted: string;
  readonly answer: string;
  readonly right: boolean;
}

export interface TracedTensor {
  /** As the model calls it. */
  readonly name: string;
  readonly title: string;
  readonly shape: readonly number[];
  readonly mean: number;
  readonly deviation: number;
  readonly first: readonly number[];
}

/** The head whose weights are most concentrated. */
export interface AttentionHead {
  readonly block: number;
  readonly head: number;
  /** For each head of all blocks, in order: the mean over the queries of the largest weight. */
  readonly sharpness: readonly number[];
  /** weights[query][key]; each row adds up to 1. */
  readonly weights: readonly (readonly number[])[];
  /** The largest weight. */
  readonly strongest: {
    readonly query: number;
    readonly key: number;
    readonly weight: number;
  };
}

export interface ClassScore {
  readonly label: string;
  readonly logit: number;
  readonly probability: number;
}

export interface Question {
  readonly question: string;
  readonly options: readonly string[];
  /** Index of the right option. */
  readonly answer: number;
  readonly explanation: string;
  /** Made of the numbers of this run. */
  readonly fromThisRun: boolean;
}
