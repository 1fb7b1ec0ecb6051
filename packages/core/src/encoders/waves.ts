import { divide, multiply } from "../double-double.ts";
import {
  type Frequencies,
  type GeometricOptions,
  geometric,
  listOf,
  mapFrequencies,
} from "../frequencies.ts";
import type { Ops } from "../ops.ts";

export interface WaveOptions extends GeometricOptions {
  /** Frequency 0; 1 unless given. */
  readonly minTimescale?: number;
}

/**
 * m · (base / m)^(−e) for m = `minTimescale` and the exponents e of {@link geometric}: the inverse timescales of
 * tensor2tensor, where what is called the shortest timescale multiplies.
 */
export function waves({ minTimescale = 1, ...options }: WaveOptions): Frequencies {
  const plain = geometric(options);
  if (minTimescale === 1) return plain;
  const shortest = listOf(geometric({ ...options, base: minTimescale }));
  return mapFrequencies(plain, (frequency, i) => multiply(frequency, divide(minTimescale, shortest[i]!)));
}

/** a and b [..., pairs], taken in turn: [..., size]. */
export function interleaved<T>({ concat, expandDims, flatten }: Ops<T>, a: T, b: T, size: number): T {
  return flatten(concat([expandDims(a, -1), expandDims(b, -1)], -1), size);
}
