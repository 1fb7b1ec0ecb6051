import type { Round } from "./round.ts";

/** Something to be computed, by several opponents. Plain data. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  /** What is computed, in a sentence. */
  readonly about: string;
  /** What a call gets done, for a rate: bytes read and written, floating-point operations, or steps. */
  readonly work: { readonly amount: number; readonly unit: "bytes" | "operations" | "steps" };
  /** The opponent that others are compared to, and what it does here. */
  readonly baseline: { readonly opponent: string; readonly title: string };
}

export interface Opponent<W extends Workload = Workload> {
  readonly name: string;
  readonly title: string;
  /** Something of posenc is in it. */
  readonly ours: boolean;
  /** It computes nothing: it shows what could be reached. */
  readonly idle?: boolean;
  does(workload: W): boolean;
  /** Why it cannot run on this machine; undefined where it can. */
  obstacle?(): Promise<string | undefined>;
}

/** What a process is to do: one workload by one opponent. */
export interface Job<W extends Workload = Workload> {
  readonly workload: W;
  /** {@link Opponent.name} */
  readonly opponent: string;
  /** Processor time of a round, at least. */
  readonly milliseconds: number;
}

export interface Suite<W extends Workload = Workload> {
  /** What it is called in errors. */
  readonly name: string;
  /** What readers should know about how it times. */
  readonly notes: readonly string[];
  readonly workloads: readonly W[];
  readonly opponents: readonly Opponent<W>[];
  /** The module that serves a job in a process of its own. */
  readonly child: URL;
  /** The same in this process. */
  play(job: Job<W>): Promise<Player>;
}

/** How far results are from true values. */
export interface Accuracy {
  /** The largest error: |result − true| / max(1, |true|). */
  readonly error: number;
  readonly tolerance: number;
  /** The largest error in units of the last float32 place, where that is the measure. */
  readonly ulps?: number;
}

/** Wrong results are not timed. */
export type Readiness =
  | { readonly state: "ready"; readonly accuracy?: Accuracy }
  | { readonly state: "wrong"; readonly what: string };

/** An opponent with its workload, prepared and checked. */
export interface Player {
  readonly readiness: Readiness;
  /** Times a round. */
  round(): Promise<Round>;
  stop(): void;
}
