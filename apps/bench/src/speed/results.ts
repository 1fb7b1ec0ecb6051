import type { WorkloadResult } from "@posenc/benchmarks/contests";
import type { MachineResult } from "../results.ts";

/** What `posenc speed` found out: the content of speed.json or training.json. */
export interface SpeedResults {
  readonly schema: 1;
  readonly suite: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** False while the run goes on, and where it was broken off. */
  readonly complete: boolean;
  /** The command line that does this again. */
  readonly command: string;
  readonly rounds: number;
  /** Processor time of a round, at least. */
  readonly milliseconds: number;
  /** How it was timed. */
  readonly notes: readonly string[];
  /** Package → version; Python and its libraries where there are some. */
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: MachineResult;
  /** Processes that wanted to run when it began, as the mean of a minute: figures are good where it is near 0. */
  readonly load: number;
  readonly workloads: readonly WorkloadResult[];
}
