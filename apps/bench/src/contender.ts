import type { Encoder, NdArray } from "@posenc/core";
import type { About } from "./about/about.ts";

/** The model that an encoder is made for. */
export interface ContenderSizes {
  readonly dim: number;
  readonly heads: number;
  /** Tokens in a sequence, for encoders with a table. */
  readonly maxLength: number;
}

/** An encoder as it takes part in a comparison. */
export interface Contender {
  readonly id: string;
  /** One line for a reader. */
  readonly about: string;
  /** All that a trace says of it; what can be said of any encoder unless given. */
  readonly words?: About;
  /** Another form of the contender before it; takes part only where it is asked for. */
  readonly variant?: boolean;
  make(sizes: ContenderSizes): Encoder;
  /** Where the tokens of a sequence stand, for an encoder that takes several coordinates. */
  positions?(length: number): NdArray;
}
