import type { Start, Suite, Workload } from "@posenc/benchmarks/contests";
import { checks } from "@posenc/core";
import { type Flags, readFlags } from "../flags.ts";

/** What can be measured, and where it runs. */
export interface Contests {
  readonly speed: Suite;
  readonly training: Suite;
  readonly start: Start;
}

export interface SpeedOptions {
  readonly suite: Suite;
  /** Names. */
  readonly workloads: readonly string[];
  /** Names. */
  readonly opponents: readonly string[];
  readonly rounds: number;
  /** Processor time of a round, at least. */
  readonly milliseconds: number;
  /** Print the results as JSON, and nothing else. */
  readonly json: boolean;
  /** Folder of the report. */
  readonly out: string;
}

const ALL = "all";

/** @throws RangeError naming the flag, the value and what was expected */
export function speedOptions(flags: Flags, { speed, training }: Contests): SpeedOptions {
  const { list, count, positive, text } = readFlags("speed", flags);
  const suite = flags.training === true ? training : speed;
  const pick = (flag: string, known: readonly string[]): string[] => {
    const wanted = list(flag);
    for (const name of wanted) checks.checkOneOf("speed", `--${flag}`, name, [ALL, ...known]);
    return known.filter((name) => wanted.includes(ALL) || wanted.includes(name));
  };
  const names = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name);
  const options: SpeedOptions = {
    suite,
    workloads: pick("workloads", names(suite.workloads)),
    opponents: pick("opponents", names(suite.opponents)),
    rounds: count("rounds"),
    milliseconds: positive("milliseconds"),
    json: flags.json === true,
    out: text("out"),
  };
  checkMatch(options);
  return options;
}

/** A workload that no opponent does would be an empty table. */
function checkMatch({ suite, workloads, opponents }: SpeedOptions): void {
  const chosen = suite.opponents.filter(({ name }) => opponents.includes(name));
  const idle = suite.workloads
    .filter(({ name }) => workloads.includes(name))
    .filter((workload: Workload) => !chosen.some((opponent) => opponent.does(workload)));
  if (idle.length === workloads.length) {
    throw new RangeError(
      `speed: --opponents must name one that does ${workloads.join(", ")}, got ${opponents.join(", ")}`,
    );
  }
}
