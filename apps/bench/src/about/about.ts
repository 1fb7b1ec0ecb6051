import type { Encoder } from "@posenc/core";

/** What an encoder was made with; the defaults are filled in. */
export type Options = Readonly<Record<string, unknown>>;

/** An entry of the encoding with the numbers put into the formula. */
export interface Wording {
  readonly term: string;
  readonly expression: string;
  readonly simpler?: string;
}

/** Words on an encoder: title, formula, explanation. The options are those of the encoder. */
export interface About {
  readonly title: string;
  readonly explanation: string;
  /** Where it acts, if not where its kind says. */
  readonly place?: string;
  formula(options: Options): readonly string[];
  notes?(options: Options): readonly string[];
  /** Entry `index` of the encoding of `position`. For a bias: head 0, query `position`, key `index`. */
  worked?(options: Options, position: number, index: number): Wording;
  /** The forms of an encoder that are worth comparing, itself among them. */
  compare?(encoder: Encoder): readonly Compared[];
}

export interface Compared {
  readonly name: string;
  readonly encoder: Encoder;
}
