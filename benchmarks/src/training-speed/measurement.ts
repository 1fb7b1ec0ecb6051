import type { NdArray } from "@posenc/core";
import type { Contender } from "./contender.ts";

/** Something to be timed. */
export interface Measurement {
  readonly name: string;
  readonly title: string;
  /** What a call is, in a sentence. */
  readonly about: string;
  /** Floating-point operations of a call, where they are what counts. */
  readonly operations?: number;
  /** Gives what is timed: one call, to the end. */
  prepare(contender: Contender): () => void;
  /** The same in PyTorch. */
  readonly torch?: InTorch;
}

/** What benchmarks/python computes. */
export interface InTorch {
  readonly computation: string;
  readonly sizes: Readonly<Record<string, unknown>>;
  inputs(): Readonly<Record<string, NdArray>>;
  /** What its first call must give, where that is one number. */
  expected?(): number;
}
