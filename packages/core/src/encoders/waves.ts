import { type DoubleDouble, divide, multiply } from "../double-double.ts";
import { type Frequencies, type GeometricOptions, geometric } from "../frequencies.ts";

/** Each frequency times `factor`, in extended precision. */
export function times({ high, low }: Frequencies, factor: DoubleDouble): Frequencies {
  const product = {
    high: new Float64Array(high.length),
    low: new Float64Array(high.length),
  };
  high.forEach((value, i) => {
    [product.high[i], product.low[i]] = multiply([value, low[i]!], factor);
  });
  return product;
}

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
  const shortest = geometric({ ...options, base: minTimescale });
  const result = { high: new Float64Array(options.count), low: new Float64Array(options.count) };
  plain.high.forEach((value, i) => {
    const factor = divide([minTimescale, 0], [shortest.high[i]!, shortest.low[i]!]);
    [result.high[i], result.low[i]] = multiply([value, plain.low[i]!], factor);
  });
  return result;
}
