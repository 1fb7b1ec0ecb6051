import { type Checks, checkPositive, demand } from "../checks.ts";
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

export type ScaleArguments<O = { readonly type: string }> = [options: O, rope: RopeGeometry, who: string];

/** A way of scaling frequencies, with its options `O`, of which those named `D` have defaults. */
export interface ScalingMethod<
  O extends { readonly type: string },
  D extends keyof O = never,
  Settled extends { readonly type: string } = O & Required<Pick<O, D>>,
> {
  readonly type: O["type"];
  /** Of the options besides `type`. */
  checks(rope: RopeGeometry): Checks<Omit<Settled, "type">>;
  /** With checked options. @throws TypeError, RangeError for what else they must be */
  scale(...all: ScaleArguments<Settled>): Scaled;
  /** 1 unless given. */
  attentionFactor?(options: Settled): Real;
  /** False where the frequencies depend on the length of the sequence. */
  readonly cacheSafe?: boolean;
}

/** Only in types: a spread of such a value loses its method, and TypeScript sees that. */
declare class Carrier {
  private readonly method: unknown;
}

/** Plain data, and unseen in it the method that `rope` uses. JSON and copies do not have the method. */
export type WithMethod<O> = O & Carrier;

const METHOD = Symbol("method");
type AnyMethod = ScalingMethod<{ readonly type: string }>;
type Find = (who: string) => AnyMethod;

/** A copy of the data with its method, which is looked up for who takes it. */
export function carry<O extends object>(find: (who: string) => unknown, data: O): WithMethod<O> {
  return Object.defineProperty({ ...data }, METHOD, { value: find }) as O & Carrier;
}

/** The options of a method as data, with the method. */
export function withMethod<O extends { readonly type: string }, D extends keyof O>(
  method: ScalingMethod<O, D>,
  options: Omit<O, "type">,
): WithMethod<O> {
  return carry(() => method, { type: method.type, ...options } as unknown as O);
}

/** What {@link carry} put there. @throws TypeError for anything else, RangeError for an unknown type */
export function methodOf(who: string, scaling: unknown): AnyMethod {
  const find = (scaling as { readonly [METHOD]?: Find } | null)?.[METHOD];
  const expected = "made by linearScaling, yarnScaling …, or from plain data by ropeScaling";
  demand(find !== undefined, who, "scaling", scaling, expected, TypeError);
  return find(who);
}

/** Greater than 0, and far enough from the ends of float32. */
export function checkRatio(who: string, what: string, value: unknown): number {
  return checkPositive(who, what, value, 1e-30, 1e30);
}
