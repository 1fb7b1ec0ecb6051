/** Work that can be done in several ways. The first pieces try all in turn; the fastest does what comes after. */
export interface Contest<Way> {
  /** The way for a piece of work that is about to be done; an amount of 0 is too little to be timed. */
  start(amount: number): Way;
  /** It is done. */
  stop(): void;
}

/** How often each is tried. The least time counts, so that a disturbance or the first use of a page does not. */
const TRIALS = 6;

/** For ways of which each processor does another one the fastest. */
export function contest<Way>(ways: readonly Way[]): Contest<Way> {
  const least = ways.map(() => Number.POSITIVE_INFINITY);
  let trials = TRIALS * ways.length;
  let best = 0;
  let timed = 0;
  let started = 0;
  return {
    start(amount) {
      timed = trials === 0 ? 0 : amount;
      if (timed === 0) return ways[best]!;
      started = performance.now();
      return ways[--trials % ways.length]!;
    },
    stop() {
      if (timed === 0) return;
      const way = trials % ways.length;
      least[way] = Math.min(least[way]!, (performance.now() - started) / timed);
      if (trials === 0) best = least.indexOf(Math.min(...least));
    },
  };
}
