import type { NdArray } from "@posenc/core";

/** Whether they are whole numbers in a row. */
export function areConsecutive(positions: NdArray["data"]): boolean {
  if (!(positions instanceof Int32Array)) return false;
  const first = positions[0]!;
  let others = 0; // bits that differ: to go on is faster than to stop
  for (let i = 0; i < positions.length; i++) others |= (positions[i]! - i) ^ first;
  return others === 0;
}

/** The least and the greatest; NaN where one is. */
export function ends(positions: NdArray["data"]): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < positions.length; i++) {
    low = Math.min(low, positions[i]!);
    high = Math.max(high, positions[i]!);
  }
  return [low, high];
}
