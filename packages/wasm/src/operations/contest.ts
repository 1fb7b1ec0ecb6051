/** Does the work once, in one of several ways. The first calls try all in turn; the fastest does what comes after. */
export type Contest<Way> = (amount: number, work: (way: Way) => void) => void;

/** How often each is tried. The least time counts, so that a disturbance or the first use of a page does not. */
const TRIALS = 6;

/** For ways of which each processor does another one the fastest. An amount of 0 is too little to be timed. */
export function contest<Way>(ways: readonly Way[]): Contest<Way> {
  const least = ways.map(() => Number.POSITIVE_INFINITY);
  let trials = TRIALS * ways.length;
  let best = 0;
  return (amount, work) => {
    if (amount === 0 || trials === 0) {
      work(ways[best]!);
      return;
    }
    const way = --trials % ways.length;
    const start = performance.now();
    work(ways[way]!);
    least[way] = Math.min(least[way]!, (performance.now() - start) / amount);
    if (trials === 0) best = least.indexOf(Math.min(...least));
  };
}
