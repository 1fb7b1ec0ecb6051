import { type Checks, checkPositive, demand, show } from "../checks.ts";
import type { DoubleDouble, Real } from "../double-double.ts";
import type { Frequencies } from "../frequencies.ts";

/** What is scaled: frequency i is base^(−2i / rotaryDim). */
export interface RopeGeometry {
  readonly base: number;
  readonly rotaryDim: number;
}

export interface RopeFrequencies {
  /** rotaryDim / 2 of them, in radians per position. */
  readonly frequencies: Frequencies;
  /** Cosines and sines are both multiplied by this, so that a score grows by its square. */
  readonly attentionFactor: number;
}

/** What becomes of the frequency of a pair. */
export type Scaled = (frequency: DoubleDouble, pair: number) => Real;

/** A way of scaling frequencies, with its options `O`, of which those named `D` have defaults. */
export interface ScalingMethod<
  O extends { readonly type: string },
  D extends keyof O = never,
  Settled extends { readonly type: string } = O & Required<Pick<O, D>>,
> {
  /** Of the options besides `type`. */
  checks(rope: RopeGeometry): Checks<Omit<Settled, "type">>;
  /** What else checked options demand. @throws TypeError, RangeError */
  demands?(who: string, options: Settled, rope: RopeGeometry): void;
  scale(options: Settled, rope: RopeGeometry): Scaled;
  /** Where the options have none: 1 unless given. */
  attentionFactor?(options: Settled): Real;
  /** False where the frequencies depend on the length of the sequence. */
  readonly cacheSafe?: boolean;
}

/** Greater than 0, and far enough from the ends of float32. */
export function checkRatio(who: string, what: string, value: unknown): number {
  return checkPositive(who, what, value, 1e-30, 1e30);
}

type Demands = Required<ScalingMethod<{ readonly type: string }>>["demands"];

/** The base of a logarithm by which one divides. */
export const demandBaseAboveOne: Demands = (who, { type }, { base }) =>
  demand(base > 1, who, "base", base, `greater than 1 where scaling.type is ${show(type)}`);

/** NTK-aware scaling changes the base by a power d / (d − 2). */
export const demandPairs: Demands = (who, { type }, { rotaryDim }) =>
  demand(rotaryDim > 2, who, "rotaryDim", rotaryDim, `at least 4 where scaling.type is ${show(type)}`);
