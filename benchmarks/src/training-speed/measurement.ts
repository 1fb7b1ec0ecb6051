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
}
