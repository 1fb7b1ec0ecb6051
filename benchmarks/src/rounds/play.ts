import { type Round, timeRound } from "./round.ts";
import type { Player, Readiness } from "./suite.ts";

/** One call, ready to be timed. */
export interface Call {
  /** Computes once, to the end; a promise where that takes a while. */
  run(): unknown;
  /** Times a round, where the work is done in another process. */
  round?(milliseconds: number): Promise<Round>;
  stop?(): void;
}

/** Calls that take longer need no second one to warm up. */
const LONG_MILLISECONDS = 1000;
/** Rounds' times to warm up: V8 and torch.compile compile what runs often, in threads that would be counted. */
const WARM_UP = 5;

/**
 * Runs it once, has its results checked, and warms up.
 *
 * @param check what the first call computed
 */
export async function play(
  call: Call,
  milliseconds: number,
  check: () => Promise<Readiness> = async () => ({ state: "ready" }),
): Promise<Player> {
  const round = (least: number) => call.round?.(least) ?? timeRound(call.run, least);
  const stop = () => call.stop?.();
  try {
    const started = performance.now();
    await call.run();
    const took = performance.now() - started;
    const readiness = await check();
    if (readiness.state === "ready" && took < LONG_MILLISECONDS) await round(WARM_UP * milliseconds);
    return { readiness, round: () => round(milliseconds), stop };
  } catch (error) {
    stop();
    throw error;
  }
}
