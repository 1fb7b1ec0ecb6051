import { LEVEL, type Standing, standings, type WorkloadResult } from "@posenc/benchmarks/contests";
import { microseconds, significant } from "../report/format.ts";

export interface Verdict {
  /** Ours compared to the best other, in a sentence. */
  readonly text: string;
  /** Our fastest form is ahead by more than the margin; undefined where nothing was compared. */
  readonly ahead: boolean | undefined;
  /** Those of ours that are level or behind, with their ratio. */
  readonly notAhead: readonly string[];
}

/** Who wins a workload, from its times. */
export function verdict(result: WorkloadResult): Verdict {
  const { all, bestOther, bestOurs, level, behind } = standings(result);
  const notAhead = [...level, ...behind].map(
    ({ opponent, toBestOther }) => `${opponent.title} (${ratio(toBestOther)})`,
  );
  if (bestOurs === undefined) {
    const broken = result.opponents.some(({ ours, state }) => ours && state !== "missing");
    return { text: "None of ours was timed.", ahead: broken ? false : undefined, notAhead };
  }
  const named = `${bestOurs.title} takes ${time(bestOurs.cpu.median)}`;
  if (bestOther === undefined) return { text: `${named}; no other was timed.`, ahead: undefined, notAhead };
  const { toBestOther } = all.find(({ opponent }) => opponent === bestOurs)!;
  const other = `the fastest other, ${bestOther.title} (${time(bestOther.cpu.median)})`;
  const how = comparison(toBestOther!);
  return { text: `${named}: ${how} ${other}.`, ahead: toBestOther! < 1 - LEVEL, notAhead };
}

function comparison(toBestOther: number): string {
  if (toBestOther < 1 - LEVEL) return `${significant(1 / toBestOther)} times as fast as`;
  if (toBestOther <= 1 + LEVEL) return "level with";
  return `${significant(toBestOther)} times the time of`;
}

/** Milliseconds, with a unit. */
export const time = (milliseconds: number): string => microseconds(1000 * milliseconds);

export const ratio = (value: number | undefined): string =>
  value === undefined ? "" : `${value < 100 ? value.toFixed(2) : significant(value)} ×`;

const UNITS = { bytes: "GB/s", operations: "GF/s", steps: "/s" } as const;

export const rate = ({ rate }: Standing, { work }: WorkloadResult): string =>
  `${significant(rate)} ${UNITS[work.unit]}`;

/** The largest error, where results were checked. */
export function error({ opponent: { accuracy } }: Standing): string {
  if (accuracy === undefined) return "";
  const value = accuracy.error === 0 ? "0" : accuracy.error.toExponential(0);
  if (accuracy.ulps === undefined) return value;
  return accuracy.ulps < 10 ? `${value}, ${accuracy.ulps.toFixed(2)} ulp` : value;
}

/** Workloads where our fastest form is not ahead, and forms of ours that are not. */
export function notWon(results: readonly WorkloadResult[]): { title: string; text: string }[] {
  return results.flatMap((result) => {
    const { ahead, text, notAhead } = verdict(result);
    if (ahead === false) return [{ title: result.title, text }];
    if (notAhead.length === 0) return [];
    return [{ title: result.title, text: `won, but not by ${notAhead.join(", ")}.` }];
  });
}

/** Those that were not timed, with the reason; those with the same reason together. */
export function notTimed({ opponents }: WorkloadResult): string[] {
  const reasons = new Map<string, string[]>();
  for (const each of opponents) {
    if (each.state === "timed") continue;
    const reason = `${SAID[each.state]}: ${each.what}`;
    reasons.set(reason, [...(reasons.get(reason) ?? []), each.title]);
  }
  return [...reasons].map(([reason, titles]) => `${titles.join("; ")} – ${reason}`);
}

const SAID = { wrong: "wrong result", failed: "failed", missing: "not here" } as const;
