import type { Frequencies } from "@posenc/core";
import { NUMBERS } from "./numbers.ts";

/** Frequencies as the kernels take them: each is a sum of three numbers, in three planes. */
export interface SplitFrequencies {
  readonly count: number;
  /** Numbers in a plane: a multiple of four; the last frequency fills it up. */
  readonly plane: number;
  /** [3 planes], and the numbers that the kernel works with */
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

export function splitFrequencies({ high, low }: Frequencies): SplitFrequencies {
  const count = high.length;
  const plane = Math.ceil(count / 4) * 4;
  const planes = new Float64Array(3 * plane + NUMBERS.length);
  planes.set(NUMBERS, 3 * plane);
  let most = 0;
  for (let i = 0; i < plane; i++) {
    const from = Math.min(i, count - 1);
    const whole = high[from]!;
    const first = topBits(whole);
    const second = topBits(whole - first);
    planes[i] = first;
    planes[plane + i] = second;
    planes[2 * plane + i] = whole - first - second + low[from]!;
    most = Math.max(most, Math.abs(whole));
  }
  return { count, plane, planes, most };
}
