import { setMaxListeners } from "node:events";
import { processPlayer } from "./process-player.ts";
import type { Round } from "./round.ts";
import { oneLine } from "./serve.ts";
import { type Spread, spread } from "./statistics.ts";
import type { Accuracy, Job, Opponent, Player, Suite, Workload } from "./suite.ts";

/** How an opponent did on a workload. */
export type OpponentResult = {
  readonly name: string;
  readonly title: string;
  readonly ours: boolean;
  /** It computes nothing. */
  readonly idle: boolean;
} & (
  | {
      readonly state: "timed";
      /** Milliseconds of a call. */
      readonly cpu: Spread;
      readonly wall: Spread;
      readonly rounds: readonly Round[];
      readonly accuracy?: Accuracy;
    }
  /** Its results are wrong, so it was not timed. */
  | { readonly state: "wrong"; readonly what: string }
  /** It could not run, or broke down. */
  | { readonly state: "failed"; readonly what: string }
  /** What it needs is not on this machine. */
  | { readonly state: "missing"; readonly what: string }
);

export interface WorkloadResult extends Workload {
  /** In the order of the suite; only those that do this workload. */
  readonly opponents: readonly OpponentResult[];
}

/** Where a job is done. */
export type Start = <W extends Workload>(
  suite: Suite<W>,
  job: Job<W>,
  signal: AbortSignal,
) => Promise<Player>;

/** In a process of its own. */
export const inProcesses: Start = ({ child }, job, signal) => processPlayer(child, job, signal);
/** In this process: quicker to start, but opponents may disturb each other. */
export const inThisProcess: Start = ({ play }, job) => play(job);

export interface TurnOptions {
  readonly workloads: readonly string[];
  readonly opponents: readonly string[];
  readonly rounds: number;
  /** Processor time of a round, at least. */
  readonly milliseconds: number;
  readonly start?: Start;
  readonly signal: AbortSignal;
  /** Work is done: a text for a person, and the share of this workload that is finished. */
  onProgress?(doing: string, workload: Workload, share: number): void;
  onResult?(result: WorkloadResult): void;
}

/** An opponent so slow rests after some rounds. */
export const SLOW = { milliseconds: 1000, rounds: 3 } as const;

/**
 * Times every workload for every opponent. They take turns: in a round each runs once, and no two at the same time.
 * Where the signal comes, the workload that is under way is left out.
 */
export async function takeTurns<W extends Workload>(
  suite: Suite<W>,
  options: TurnOptions,
): Promise<WorkloadResult[]> {
  const results: WorkloadResult[] = [];
  setMaxListeners(suite.opponents.length + 10, options.signal); // each process listens
  for (const workload of suite.workloads.filter(({ name }) => options.workloads.includes(name))) {
    const opponents = await compete(suite, workload, options);
    if (options.signal.aborted) break;
    const result = { ...workload, opponents };
    results.push(result);
    options.onResult?.(result);
  }
  return results;
}

interface Contestant {
  readonly opponent: Opponent;
  readonly rounds: Round[];
  player?: Player;
  result?: OpponentResult;
}

async function compete<W extends Workload>(
  suite: Suite<W>,
  workload: W,
  { opponents, rounds, milliseconds, start = inProcesses, signal, onProgress = () => {} }: TurnOptions,
): Promise<OpponentResult[]> {
  const contestants = suite.opponents
    .filter((opponent) => opponents.includes(opponent.name) && opponent.does(workload))
    .map((opponent): Contestant => ({ opponent: opponent as Opponent, rounds: [] }));
  const turns = contestants.length * (rounds + 1);
  let turn = 0;
  try {
    for (const contestant of contestants) {
      if (signal.aborted) return [];
      onProgress(`${contestant.opponent.title} prepares`, workload, turn++ / turns);
      const job = { workload, opponent: contestant.opponent.name, milliseconds };
      await prepare(contestant, () => start(suite, job, signal));
    }
    for (let round = 0; round < rounds; round++) {
      for (const contestant of contestants) {
        if (signal.aborted) return [];
        onProgress(`round ${round + 1}, ${contestant.opponent.title}`, workload, turn++ / turns);
        const slow = contestant.rounds.some(({ cpu }) => cpu > SLOW.milliseconds);
        if (contestant.result || (slow && round >= SLOW.rounds)) continue;
        await failing(contestant, async () => void contestant.rounds.push(await contestant.player!.round()));
      }
    }
    return contestants.map((contestant) => contestant.result ?? timed(contestant));
  } finally {
    for (const { player } of contestants) player?.stop();
  }
}

async function prepare(contestant: Contestant, start: () => Promise<Player>): Promise<void> {
  const { opponent } = contestant;
  const obstacle = await opponent.obstacle?.();
  if (obstacle !== undefined) {
    contestant.result = { ...named(opponent), state: "missing", what: obstacle };
    return;
  }
  await failing(contestant, async () => {
    const player = await start();
    contestant.player = player;
    const { readiness } = player;
    if (readiness.state === "wrong") {
      contestant.result = { ...named(opponent), ...readiness };
      player.stop();
    }
  });
}

async function failing(contestant: Contestant, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    contestant.result = { ...named(contestant.opponent), state: "failed", what: oneLine(error) };
  }
}

function timed({ opponent, rounds, player }: Contestant): OpponentResult {
  const { readiness } = player!;
  return {
    ...named(opponent),
    state: "timed",
    cpu: spread(rounds.map(({ cpu }) => cpu)),
    wall: spread(rounds.map(({ wall }) => wall)),
    rounds,
    ...(readiness.state === "ready" && readiness.accuracy && { accuracy: readiness.accuracy }),
  };
}

const named = ({ name, title, ours, idle = false }: Opponent) => ({ name, title, ours, idle });
