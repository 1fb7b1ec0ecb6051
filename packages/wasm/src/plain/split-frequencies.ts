import type { Frequencies } from "@posenc/core";

/** Frequencies as the kernels take them: each is a sum of three numbers, in three planes. */
export interface SplitFrequencies {
  readonly count: number;
  /** Numbers in a plane: a multiple of four; the last frequency fills it up. */
  readonly plane: number;
  /** [3 planes] */
  readonly planes: Float64Array;
  /** The largest magnitude. */
  readonly most: number;
}

/** Splits off 22 bits, whose product with a whole number below 2^31 is exact (Veltkamp 1968). */
const SPLIT = 2 ** 31 + 1;

function topBits(x: number): number {
  const shifted = x * SPLIT;
  return shifted - (shifted - x);
}

const made = new WeakMap<Frequencies, SplitFrequencies>();

export function splitFrequencies(frequencies: Frequencies): SplitFrequencies {
  const found = made.get(frequencies);
  if (found !== undefined) return found;
  const { high, low } = frequencies;
  const count = high.length;
  const plane = Math.ceil(count / 4) * 4;
  const planes = new Float64Array(3 * plane);
  for (let i = 0; i < plane; i++) {
    const from = Math.min(i, count - 1);
    const first = topBits(high[from]!);
    const second = topBits(high[from]! - first);
    planes[i] = first;
    planes[plane + i] = second;
    planes[2 * plane + i] = high[from]! - first - second + low[from]!;
  }
  const split = { count, plane, planes, most: high.reduce((most, f) => Math.max(most, Math.abs(f)), 0) };
  made.set(frequencies, split);
  return split;
}
