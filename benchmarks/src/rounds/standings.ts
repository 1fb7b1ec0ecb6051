import type { OpponentResult, WorkloadResult } from "./take-turns.ts";

export type Timed = Extract<OpponentResult, { state: "timed" }>;

/** A time in the light of the others. Ratios are of medians of processor time: below 1 is faster. */
export interface Standing {
  readonly opponent: Timed;
  /** Of {@link WorkloadResult.work}: gigabytes, operations · 10^9, or steps, per second. */
  readonly rate: number;
  /** To the base line; undefined where it was not timed. */
  readonly toBaseline: number | undefined;
  /** To the fastest opponent that is not ours and not a base line that computes nothing. */
  readonly toBestOther: number | undefined;
}

export interface Standings {
  readonly all: readonly Standing[];
  readonly bestOther: Timed | undefined;
  readonly bestOurs: Timed | undefined;
  /** Ours that are not ahead of the best other: those that are level, and those that are behind. */
  readonly level: readonly Standing[];
  readonly behind: readonly Standing[];
}

/** Medians that differ by less are level. */
export const LEVEL = 0.05;

const SCALE = { bytes: 1e9, operations: 1e9, steps: 1 } as const;

/** Who is how fast, by medians of processor time. */
export function standings({ opponents, work, baseline }: WorkloadResult): Standings {
  const timed = opponents.filter((each) => each.state === "timed");
  const best = (among: readonly Timed[]) =>
    among.reduce<Timed | undefined>(
      (a, b) => (a === undefined || b.cpu.median < a.cpu.median ? b : a),
      undefined,
    );
  const base = timed.find(({ name }) => name === baseline.opponent);
  const bestOther = best(timed.filter(({ ours, idle }) => !ours && !idle));
  const ratio = (a: Timed, b: Timed | undefined) => b && a.cpu.median / b.cpu.median;
  const all = timed.map(
    (opponent): Standing => ({
      opponent,
      rate: work.amount / SCALE[work.unit] / (opponent.cpu.median / 1000),
      toBaseline: ratio(opponent, base),
      toBestOther: opponent.idle ? undefined : ratio(opponent, bestOther),
    }),
  );
  const ours = all.filter(({ opponent }) => opponent.ours);
  const between = (low: number, high: number) =>
    ours.filter(({ toBestOther = 0 }) => toBestOther > low && toBestOther <= high);
  return {
    all,
    bestOther,
    bestOurs: best(ours.map(({ opponent }) => opponent)),
    level: between(1 - LEVEL, 1 + LEVEL),
    behind: between(1 + LEVEL, Number.POSITIVE_INFINITY),
  };
}
