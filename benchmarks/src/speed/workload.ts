import type { NdArray, Pairing, SinCos } from "@posenc/core";
import type { Workload } from "../rounds/suite.ts";

/** The lengths of each computation's arrays. All numbers are float32, positions and tokens whole. */
export interface Sizes {
  /** Queries and keys [batch, heads, length, dim], turned; cosines and sines are given. */
  readonly rotate: {
    readonly batch: number;
    readonly heads: number;
    readonly length: number;
    readonly dim: number;
    readonly pairing: Pairing;
    /** Rows of tables that hold all positions. */
    readonly rows: number;
  };
  /** x [batch, length, dim] + table [length, dim]. */
  readonly add: { readonly batch: number; readonly length: number; readonly dim: number };
  /** Sines and cosines [count, dim / 2] each, of positions 0, 1, … */
  readonly sincos: { readonly count: number; readonly dim: number };
  /**
   * Rows of a table [vocabulary, dim] at tokens [batch, length], + rows [length, dim], which sequences share, or
   * [batch, length, dim], each its own. Tokens come in any order where rows are shared, else one after another.
   */
  readonly gatherAdd: {
    readonly batch: number;
    readonly length: number;
    readonly dim: number;
    readonly vocabulary: number;
    readonly shared: boolean;
  };
  /** −slope · |query − key| for every head: [heads, length, length]. */
  readonly alibi: { readonly heads: number; readonly length: number };
}

export type Computation = keyof Sizes;

interface Own<C extends Computation> extends Workload {
  readonly computation: C;
  readonly sizes: Sizes[C];
  /** The largest |result − true| / max(1, |true|) that counts as right. */
  readonly tolerance: number;
}

/** A computation at a size. */
export type SpeedWorkload<C extends Computation = Computation> = { [K in C]: Own<K> }[C];

/** What each computation is given. Opponents do not write to it. */
export interface Inputs {
  /** positions [batch, length]; turn [batch, 1, length, dim / 2]. */
  readonly rotate: {
    readonly q: NdArray;
    readonly k: NdArray;
    readonly positions: NdArray;
    readonly turn: SinCos<NdArray>;
  };
  readonly add: { readonly x: NdArray; readonly table: NdArray };
  readonly sincos: { readonly positions: NdArray };
  readonly gatherAdd: { readonly tokens: NdArray; readonly table: NdArray; readonly rows: NdArray };
  /** slopes [heads]; positions [length]. */
  readonly alibi: { readonly slopes: NdArray; readonly positions: NdArray };
}

/** Of the frequencies: base^(−2i / dim). */
export const BASE = 10_000;
