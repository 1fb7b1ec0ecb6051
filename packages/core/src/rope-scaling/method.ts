import { checkBetween, checkCount, checkPositive, show } from "../checks.ts";
import type { DoubleDouble } from "../double-double.ts";
import { type Frequencies, geometric } from "../frequencies.ts";

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

/** A way of scaling frequencies, with its options `O`. */
export interface ScalingMethod<O> {
  /** Names of the options besides `type`. */
  readonly names: readonly string[];
  /** The options with their defaults. @throws TypeError, RangeError for a bad one */
  check(who: string, options: O, rope: RopeGeometry): O;
  /** Of checked options. */
  apply(options: O, rope: RopeGeometry): RopeFrequencies;
  /** False where the frequencies depend on the length of the sequence. */
  readonly cacheSafe?: boolean;
}

/** base^(−2i / rotaryDim), to about 30 digits. */
export function unscaled({ base, rotaryDim }: RopeGeometry): DoubleDouble[] {
  const pairs = rotaryDim / 2;
  return listOf(geometric({ base, count: pairs, numerator: 1, denominator: pairs }));
}

export function listOf({ high, low }: Frequencies): DoubleDouble[] {
  return Array.from(high, (value, i) => [value, low[i]!]);
}

export function frequenciesOf(list: readonly DoubleDouble[]): Frequencies {
  return { high: Float64Array.from(list, ([high]) => high), low: Float64Array.from(list, ([, low]) => low) };
}

/** Greater than 0, and far enough from the ends of float32. */
export function checkRatio(who: string, what: string, value: unknown): number {
  checkPositive(who, `scaling.${what}`, value);
  return checkBetween(who, `scaling.${what}`, value, 1e-30, 1e30);
}

/** A number of positions. */
export function checkLength(who: string, what: string, value: unknown, least = 1): number {
  return checkCount(who, `scaling.${what}`, value, least);
}

export function optional<V>(value: V | undefined, check: (value: V) => V): V | undefined {
  return value === undefined ? undefined : check(value);
}

type Defined<O> = { [K in keyof O as undefined extends O[K] ? never : K]: O[K] } & {
  [K in keyof O as undefined extends O[K] ? K : never]?: Exclude<O[K], undefined>;
};

/** Without the entries that are undefined, so that options are plain JSON. */
export function defined<O extends object>(options: O): Defined<O> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<O>;
}

/** The base of a logarithm by which one divides. */
export function checkBaseAboveOne(who: string, type: string, base: number): void {
  if (base <= 1) {
    throw new RangeError(
      `${who}: base must be greater than 1 where scaling.type is "${type}", got ${show(base)}`,
    );
  }
}

/** NTK-aware scaling changes the base by a power d / (d − 2). */
export function checkPairs(who: string, type: string, rotaryDim: number): void {
  if (rotaryDim < 4) {
    throw new RangeError(
      `${who}: rotaryDim must be at least 4 where scaling.type is "${type}", got ${rotaryDim}`,
    );
  }
}
