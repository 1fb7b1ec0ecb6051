/**
 * What an encoder is: what it knows about positions, and where that acts.
 *
 * `kind` says where. It is a closed set, because a transformer has only so many places where positions can
 * enter: the embeddings, the queries and keys, the attention scores. Everything else is open: an encoder is a
 * record with one function, written in {@link Ops}, and nothing anywhere asks for its name.
 *
 * An encoder never applies itself; {@link bind} does, once for all encoders.
 */
import type { Frequencies } from "./frequencies.ts";
import type { Ops, Pairing, RotaryLayout, SinCos } from "./ops.ts";
import type { Parameters, Values } from "./parameters.ts";

/** Which positions an encoder takes. Whole numbers from 0 unless it says otherwise. */
export interface PositionRange {
  /** Positions are fractions or negative numbers too (float32). */
  readonly real?: boolean;
  /** Positions are below this. */
  readonly below?: number;
  /**
   * A position is so many coordinates (rows and columns, time): positions have shape [length, axes] or
   * [batch, length, axes]. One number unless given, and then there is no such axis.
   */
  readonly axes?: number;
  /** Coordinate i is below `sizes[i]`. */
  readonly sizes?: readonly number[];
}

interface Strategy<P extends Parameters> {
  readonly name: string;
  /** How the literature writes it, as one word; what an ONNX graph shows. `name` unless given. */
  readonly title?: string;
  /** Plain data; together with `name` it makes the same encoder again ({@link fromJSON}). */
  readonly options: Readonly<Record<string, unknown>>;
  readonly parameters: P;
  readonly positions?: PositionRange;
  /**
   * False where what a token is given depends on the length of the sequence, so that a cached key becomes wrong
   * when the sequence grows. True unless given.
   */
  readonly cacheSafe?: boolean;
  /**
   * The angular frequencies it uses, where it has fixed ones: in radians per unit of the coordinate that each goes
   * with, or of the first where several go together. For analysis only ({@link analyze}).
   */
  readonly frequencies?: Frequencies;
}

/** A vector per position, added to the embeddings. */
export interface AdditiveEncoder<P extends Parameters = Parameters> extends Strategy<P> {
  readonly kind: "additive";
  /** Length of a vector; left out where any will do. */
  readonly dim?: number;
  /** positions [...shape] → vectors [...shape, dim], or what broadcasts to that. */
  vectors<T>(ops: Ops<T>, positions: T, parameters: Values<P, T>): T;
}

/** Angles per position, by which queries and keys are turned. */
export interface RotaryEncoder<P extends Parameters = Parameters> extends Strategy<P>, RotaryLayout {
  readonly kind: "rotary";
  /** positions [...shape] → sines and cosines [...shape, rotaryDim / 2]. */
  turns<T>(ops: Ops<T>, positions: T, parameters: Values<P, T>): SinCos<T>;
  /** Of keys, where they are turned otherwise than queries (xPos). */
  keyTurns?<T>(ops: Ops<T>, positions: T, parameters: Values<P, T>): SinCos<T>;
  /** How the pairs of the result lie, where that is not `pairing` (DeepSeek reads interleaved, writes halves). */
  readonly outputPairing?: Pairing;
  /** By what turning makes a vector longer, where all of it is turned (an attention factor); 1 unless given. */
  readonly gain?: number;
  /** How many heads have turns of their own, if they do: sines and cosines are [..., heads, length, rotaryDim / 2]. */
  readonly heads?: number;
  /** A head is so many blocks of equal length, one after the other, and a pair lies within a block; 1 unless given. */
  readonly blocks?: number;
}

/** A score per head and pair of positions, added to the attention scores before the softmax. */
export interface BiasEncoder<P extends Parameters = Parameters> extends Strategy<P> {
  readonly kind: "bias";
  readonly heads: number;
  /** positions of queries [..., q] and of keys [..., k] → scores [..., heads, q, k]. */
  scores<T>(ops: Ops<T>, queries: T, keys: T, parameters: Values<P, T>): T;
}

/** What attention has before the softmax, without positions. */
export interface Attention<T> {
  /** Queries [batch, heads, q, dim]. */
  readonly q: T;
  /** Keys [batch, heads, k, dim]. */
  readonly k: T;
  /** q·kᵀ / √dim [batch, heads, q, k]. */
  readonly products: T;
}

/** A score per head and pair of tokens that depends on what the tokens are, too; added as a bias is. */
export interface ContentEncoder<P extends Parameters = Parameters> extends Strategy<P> {
  readonly kind: "content";
  readonly heads: number;
  /** Length of a head. */
  readonly dim: number;
  /** queries and keys [batch, heads, length, dim] at positions [..., q] and [..., k] → scores [batch, heads, q, k]. */
  scores<T>(ops: Ops<T>, attention: Attention<T>, queries: T, keys: T, parameters: Values<P, T>): T;
}

export type Encoder<P extends Parameters = Parameters> =
  | AdditiveEncoder<P>
  | RotaryEncoder<P>
  | BiasEncoder<P>
  | ContentEncoder<P>;
export type Kind = Encoder["kind"];

export function additive<const P extends Parameters>(
  strategy: Omit<AdditiveEncoder<P>, "kind">,
): AdditiveEncoder<P> {
  return { kind: "additive", ...strategy };
}

/** `pairing` is "halves" and `rotaryDim` is `dim` unless the strategy says otherwise. */
export function rotary<const P extends Parameters>(
  strategy: Omit<RotaryEncoder<P>, "kind" | "pairing" | "rotaryDim"> & Partial<RotaryLayout>,
): RotaryEncoder<P> {
  return { kind: "rotary", pairing: "halves", rotaryDim: strategy.dim, ...strategy };
}

export function content<const P extends Parameters>(
  strategy: Omit<ContentEncoder<P>, "kind">,
): ContentEncoder<P> {
  return { kind: "content", ...strategy };
}

export function bias<const P extends Parameters>(strategy: Omit<BiasEncoder<P>, "kind">): BiasEncoder<P> {
  return { kind: "bias", ...strategy };
}
