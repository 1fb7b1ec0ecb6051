import type { Composition, Encoder, NdArray, Ops, Parameter } from "@posenc/core";

/** What a model remembers, as `transformer` of @posenc/model has it. */
export interface DecodingPast<T> {
  readonly layers: readonly { readonly key: T; readonly value: T }[];
  readonly positions: T;
}

/** A causal model with a token head that decodes, as `transformer` of @posenc/model makes it. */
export interface DecodingModel {
  readonly parameters: Readonly<Record<string, Parameter>>;
  forward<T>(ops: Ops<T>, values: Readonly<Record<string, T>>, tokens: T, positions: T): T;
  step<T>(
    ops: Ops<T>,
    values: Readonly<Record<string, T>>,
    tokens: T,
    positions: T,
    options: { readonly past?: DecodingPast<T>; readonly mask?: T },
  ): { readonly logits: T; readonly present: DecodingPast<T> };
}

export interface DecodingModelOptions {
  readonly vocabulary: number;
  readonly outputs: number;
  readonly dim: number;
  readonly heads: number;
  readonly blocks: number;
  readonly hidden: number;
  readonly causal: true;
  readonly head: "token";
  readonly encoder: Encoder | Composition;
}

export interface DecodingInput {
  /** [batch, length], 0 for padding. */
  readonly mask?: NdArray;
  /** [batch, length], the documents of packed rows. */
  readonly segments?: NdArray;
  /** [batch, length]; counted in each row, without padding, and in each document, unless given. */
  readonly positions?: NdArray;
}

/** A model with its values and a cache, somewhere. */
export interface OpenModel {
  /** Begins anew: tokens [batch, length] → logits [batch, length, outputs]. */
  prefill(tokens: NdArray, input?: DecodingInput): Promise<NdArray>;
  /** The same for tokens that come after those in the cache. */
  step(tokens: NdArray, input?: DecodingInput): Promise<NdArray>;
  dispose(): Promise<void>;
}

/** Where decoding is tested. */
export interface DecodingBackend<M extends DecodingModel> {
  readonly name: string;
  /** With an empty cache. */
  open(model: M, values: Readonly<Record<string, Float32Array>>): Promise<OpenModel>;
}
