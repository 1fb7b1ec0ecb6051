/**
 * The operations an encoder is written in.
 *
 * An encoder never sees a tensor library. It sees a record of functions on some tensor type `T`, and what it
 * writes with them runs wherever somebody has supplied that record: on typed arrays, in TensorFlow.js (with
 * gradients), or as nodes of an ONNX graph, where nothing is computed at all. That last case sets the rules:
 *
 * - No operation reads a size. A graph knows the rank and the type of an edge, never its lengths.
 * - Axes are negative: they count from the last one, so a leading batch axis changes nothing.
 * - An operand is a tensor or a number; a number takes the type of the other operand.
 * - Two types: "float32" and "int32" (positions, tokens). `add`, `sub`, `mul`, `minimum`, `maximum`, `neg`, `abs`
 *   and `where` of int32 stay int32; the other functions and sums take float32.
 * - Shapes broadcast as in NumPy.
 *
 * Primitives are few, and every backend has all of them. Composites have a name and a body written in
 * primitives; a backend may replace any of them by a kernel that gives the same values faster. So a backend is
 * `completeOps(primitives, kernels)`, a new encoder needs no line in any backend, and the test of a kernel is
 * its body. The result is a plain record: destructure what you need.
 */
import type { Frequencies } from "./frequencies.ts";

export type DType = "float32" | "int32";

/** A tensor, or a number standing for a scalar of the other operand's type. */
export type Operand<T> = T | number;

/** Sines and cosines of the same angles, same shape. */
export interface SinCos<T> {
  readonly sin: T;
  readonly cos: T;
}

/** What {@link Primitives.uniqueDistances} found. */
export interface Distances<T> {
  /** Each once, in ascending order: int32 [d]. */
  readonly distances: T;
  /** Which of them each pair has: int32 [..., q, k]. */
  readonly index: T;
}

/** What is known of a tensor before the graph runs. */
export interface Description {
  /** One entry per axis; `undefined` where the length is not known yet. */
  readonly shape: readonly (number | undefined)[];
  readonly dtype: DType;
  /** The values in row-major order, where the backend holds them already (eager backends). */
  readonly values?: () => ArrayLike<number>;
}

export interface Primitives<T> {
  /** For checks only: an operation's result must not depend on it. */
  describe(x: T): Description;
  /** Host data as a tensor: Float32Array → float32, Int32Array → int32. */
  constant(data: Float32Array | Int32Array, shape: readonly number[]): T;

  add(a: Operand<T>, b: Operand<T>): T;
  sub(a: Operand<T>, b: Operand<T>): T;
  mul(a: Operand<T>, b: Operand<T>): T;
  /** float32 only. */
  div(a: Operand<T>, b: Operand<T>): T;
  minimum(a: Operand<T>, b: Operand<T>): T;
  maximum(a: Operand<T>, b: Operand<T>): T;

  neg(x: T): T;
  abs(x: T): T;
  floor(x: T): T;
  sqrt(x: T): T;
  exp(x: T): T;
  log(x: T): T;
  sin(x: T): T;
  cos(x: T): T;
  /** int32 → float32. */
  float(x: T): T;
  /** float32 → int32, towards 0. */
  int(x: T): T;

  /** a < b, to be used as the first operand of `where` and nowhere else. */
  less(a: Operand<T>, b: Operand<T>): T;
  /** `condition ? a : b`, element by element. */
  where(condition: T, a: Operand<T>, b: Operand<T>): T;

  /** A new axis of length 1, which is axis `axis` of the result. */
  expandDims(x: T, axis: number): T;
  /** Removes axis `axis`, of length 1. */
  squeeze(x: T, axis: number): T;
  swapAxes(x: T, a: number, b: number): T;
  /** [..., n·m] → [..., n, m] for `sizes` [n, m] (any number of sizes). */
  unflatten(x: T, sizes: readonly number[]): T;
  /** [..., n, m] → [..., n·m]; `size` is n·m. */
  flatten(x: T, size: number): T;
  /** All axes but `axis` have equal lengths. */
  concat(xs: readonly T[], axis: number): T;
  /** Parts of the given lengths along `axis`. */
  split(x: T, sizes: readonly number[], axis: number): T[];
  /** Rows of `table` [rows, ...rest] at `indices` [...shape]: [...shape, ...rest]. */
  gather(table: T, indices: T): T;
  /** Values of the last axis: of x [...lead, n], those at `indices` [..., m], which broadcast to [...lead, m]. */
  takeAlong(x: T, indices: T): T;
  /**
   * The different values of key − query: queries [..., q], keys [..., k] int32. What must be computed for each distance
   * is then computed once, where there would be q · k pairs.
   */
  uniqueDistances(queries: T, keys: T): Distances<T>;

  /** [..., n, k] × [..., k, m] → [..., n, m]; leading axes broadcast. */
  matMul(a: T, b: T): T;
  /** Reductions keep the axis, with length 1. float32 only. */
  sum(x: T, axis: number): T;
  mean(x: T, axis: number): T;
  max(x: T, axis: number): T;

  /**
   * Sines and cosines of positions × frequencies, within one float32 ulp of the true value for whole positions
   * up to 2^24: [...shape] positions, n frequencies → [...shape, n]. The frequencies are host data in extended
   * precision (see {@link Frequencies}), so that no backend need multiply in float32.
   */
  exactSincos(positions: T, frequencies: Frequencies): SinCos<T>;
}

/** How the rotated pairs lie in a head: (i, i + n/2) as in Llama and GPT-NeoX, or (2i, 2i + 1) as in GPT-J. */
export type Pairing = "halves" | "interleaved";

export interface RotaryLayout {
  readonly pairing: Pairing;
  /** Length of a head. */
  readonly dim: number;
  /** How many leading dimensions are rotated; the rest passes through. Even, at most `dim`. */
  readonly rotaryDim: number;
}

export interface Composites<T> {
  /** What `body` computes, under a name by which a backend may show it: a function of an ONNX file. */
  scope<R>(name: string, body: () => R): R;
  /**
   * Sines and cosines of positions × frequencies: exact for host frequencies ({@link Primitives.exactSincos}),
   * plain float32 for a tensor of frequencies [n], which may be learned.
   */
  sincos(positions: T, frequencies: Frequencies | T): SinCos<T>;
  /**
   * Turns the pairs of `x` [..., length, dim] by angles given as cosines and sines that broadcast to
   * [..., length, rotaryDim / 2]: (a, b) → (a·cos − b·sin, b·cos + a·sin).
   */
  rotate(x: T, turn: SinCos<T>, layout: RotaryLayout): T;
  /**
   * Scores that depend on key − query alone: queries [..., q], keys [..., k] int32 → [..., heads, q, k].
   *
   * @param scoreOf relative positions [..., q, k] int32 → [..., heads, q, k]; of each it depends on that one alone, so
   * that a backend may ask once for each distance
   */
  relativeScores(queries: T, keys: T, scoreOf: (relative: T) => T): T;
  relu(x: T): T;
  /** Over the last axis. */
  softmax(x: T): T;
  /** Over the last axis: (x − mean) / √(variance + 1e-5) · gain + bias (Ba et al., 2016). */
  layerNorm(x: T, gain: T, bias: T): T;
}

export type Ops<T> = Primitives<T> & Composites<T>;
