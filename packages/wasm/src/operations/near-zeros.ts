/** More of them than this, for one frequency, are not listed. */
const MOST = 256;
/** Rounding changes less than the margin, up to the farthest position. */
const [MARGIN, FARTHEST] = [1.05, 2 ** 24];

/** Steps that move a point on a circle of length 1 by so much. */
interface Move {
  steps: number;
  by: number;
}

/**
 * Rows, in no order, where a |sin(2·frequency·position)| may be below `least`; positions are `first`, first + 1, …
 *
 * 2·frequency·position / π modulo 1 returns to an interval after one of three numbers of steps: the least that moves it
 * ahead by less than the interval, the least that moves it back by less, or both (Slater 1967). Those two are found as in
 * Euclid's algorithm. It begins in the middle of the interval, at position 0.
 *
 * @returns undefined where they are too many, or positions too far to tell
 */
export function rowsNearZero(
  frequencies: Float64Array,
  least: number,
  first: number,
  rows: number,
): Iterable<number> | undefined {
  const interval = (2 * MARGIN * least) / Math.PI;
  const end = first + rows;
  if (end > FARTHEST) return undefined;
  const found = new Set<number>();
  for (const frequency of frequencies) {
    const turn = ((2 / Math.PI) * Math.abs(frequency)) % 1;
    if (turn * end < interval / 2) return undefined; // it never leaves the interval
    const ahead: Move = { steps: 1, by: turn };
    const back: Move = { steps: 1, by: 1 - turn };
    for (;;) {
      const [shorter, longer] = ahead.by < back.by ? [ahead, back] : [back, ahead];
      if (longer.by < interval || shorter.by === 0) break;
      const until = Math.floor((longer.by - interval) / shorter.by) + 1;
      const times = Math.min(until, Math.floor(longer.by / shorter.by));
      longer.steps += times * shorter.steps;
      longer.by = Math.max(longer.by - times * shorter.by, 0);
    }
    let within = interval / 2;
    for (let [position, count] = [0, 0]; position < end; count++) {
      if (count > MOST) return undefined;
      if (position >= first) found.add(position - first);
      const [on, off] = [within + ahead.by <= interval, within >= back.by];
      if (on || !off) {
        position += ahead.steps;
        within += ahead.by;
      }
      if (!on) {
        position += back.steps;
        within -= back.by;
      }
    }
  }
  return found;
}
