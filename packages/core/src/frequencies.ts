/**
 * Angles that are right at any position.
 *
 * An angle is position × frequency, and a sine needs the angle modulo 2π. At position 10^7 a float32 product is
 * off by more than half a radian, and even a float64 product by 10^-9: too much where the sine is near zero.
 * So a frequency is kept as the unevaluated sum of two float64 numbers (106 bits), the product is formed with
 * its rounding error, and 2π is subtracted in three parts (Dekker 1971; Cody and Waite 1980).
 */
import {
  add,
  type DoubleDouble,
  divide,
  exactly,
  multiply,
  power,
  type Real,
  topHalf,
} from "./double-double.ts";

/** Frequencies in radians per position, as host data: the sum `high[i] + low[i]`. */
export interface Frequencies {
  readonly high: Float64Array;
  readonly low: Float64Array;
  /** Sines and cosines are multiplied by this before they are rounded; 1 unless given. */
  readonly amplitude?: number;
  /** Waves that swell or fade (xPos): before rounding, those of frequency i are multiplied by e^(rates[i] · (p − centre)). */
  readonly growth?: Growth;
}

export interface Growth {
  /** Per position, one for each frequency. */
  readonly rates: Float64Array;
  /** The position where nothing has grown. */
  readonly centre: number;
}

export function isFrequencies(x: unknown): x is Frequencies {
  return (x as Frequencies | null)?.high instanceof Float64Array;
}

/** Plain float64 numbers as {@link Frequencies}. */
export function frequencies(values: ArrayLike<number>): Frequencies {
  return frequenciesOf(Array.from(values, exactly));
}

/** Each frequency as one number. */
export function listOf({ high, low }: Frequencies): DoubleDouble[] {
  return Array.from(high, (value, i) => [value, low[i]!]);
}

export function frequenciesOf(list: readonly DoubleDouble[]): Frequencies {
  return { high: Float64Array.from(list, ([high]) => high), low: Float64Array.from(list, ([, low]) => low) };
}

/** What `change` makes of each frequency; amplitude and growth are left out. */
export function mapFrequencies(
  all: Frequencies,
  change: (frequency: DoubleDouble, i: number) => Real,
): Frequencies {
  return frequenciesOf(listOf(all).map((frequency, i) => exactly(change(frequency, i))));
}

/** Each frequency times `factor`, in extended precision. */
export function times(all: Frequencies, factor: Real): Frequencies {
  return mapFrequencies(all, (frequency) => multiply(frequency, factor));
}

/** One list after the other; amplitudes and growth are left out. */
export function joinFrequencies(all: readonly Frequencies[]): Frequencies {
  return frequenciesOf(all.flatMap(listOf));
}

export interface GeometricOptions {
  readonly base: Real;
  /** How many. */
  readonly count: number;
  /** The exponent of element i is −(start + i·numerator) / denominator, whole numbers: −i / count unless given. */
  readonly numerator?: number;
  readonly denominator?: number;
  readonly start?: number;
}

/** base^(−(start + i·numerator) / denominator) for i = 0 … count − 1, to about 30 digits. */
export function geometric(options: GeometricOptions): Frequencies {
  const { base, count, numerator = 1, denominator = count, start = 0 } = options;
  const root = inverseRoot(exactly(base), denominator);
  const step = power(root, numerator);
  const list: DoubleDouble[] = [];
  for (let i = 0, next = power(root, start); i < count; i++, next = multiply(next, step)) list.push(next);
  return frequenciesOf(list);
}

/** base^(−1/n): the float64 value and one Newton step in double-double on r^n · base = 1. */
function inverseRoot(base: DoubleDouble, n: number): DoubleDouble {
  const r = base[0] ** (-1 / n);
  const [one, rest] = multiply(power(r, n), base);
  return divide(r, add(1, (one - 1 + rest) / n));
}

/** 2π as a sum of three; the first two have 24 bits, so their products with a turn count are exact. */
export const TURN_PARTS = [6.283185005187988, 3.0199157663446385e-7, 2.1561211432632476e-14] as const;

/** Fills `sin` and `cos` ([positions, frequencies], row by row), each value within one float32 ulp. */
export function fillSincos(
  positions: ArrayLike<number>,
  { high, low, amplitude = 1, growth }: Frequencies,
  sin: Float32Array,
  cos: Float32Array,
): void {
  const [turn1, turn2, turn3] = TURN_PARTS;
  const n = high.length;
  const top = high.map(topHalf);
  for (let row = 0, out = 0; row < positions.length; row++) {
    const p = positions[row]!;
    const pTop = topHalf(p);
    const pRest = p - pTop;
    for (let i = 0; i < n; i++, out++) {
      const h = high[i]!;
      const hTop = top[i]!;
      const hRest = h - hTop;
      const product = p * h;
      const error = pTop * hTop - product + pTop * hRest + pRest * hTop + pRest * hRest + p * low[i]!;
      const turns = Math.round(product / (2 * Math.PI));
      const angle = product - turns * turn1 - turns * turn2 + (error - turns * turn3);
      const size = growth ? amplitude * Math.exp(growth.rates[i]! * (p - growth.centre)) : amplitude;
      sin[out] = size * Math.sin(angle);
      cos[out] = size * Math.cos(angle);
    }
  }
}
