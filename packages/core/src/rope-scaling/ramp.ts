import {
  add,
  type DoubleDouble,
  divide,
  exactly,
  logarithm,
  multiply,
  ONE,
  subtract,
  TWO_PI,
} from "../double-double.ts";
import type { RopeGeometry } from "./method.ts";

export interface RampOptions {
  /** Pairs that turn at least this often over the trained length lie before the ramp. */
  readonly fast: number;
  /** Pairs that turn at most this often lie beyond it. */
  readonly slow: number;
  readonly length: number;
  /** Whether the ends are moved outwards to whole pairs. */
  readonly truncate: boolean;
  /** The ramp ends before so many at the latest: the dimensions (unless given) or the pairs. */
  readonly within?: "dimensions" | "pairs";
}

/**
 * For each pair how far it lies along the ramp from fast to slow ones, from 0 to 1 (Peng et al., "YaRN", 2023,
 * §3.2; the ramp is linear in the number of the pair, as in the authors' code).
 */
export function ramp({ base, rotaryDim }: RopeGeometry, options: RampOptions): DoubleDouble[] {
  const { fast, slow, length, truncate, within = "dimensions" } = options;
  const most = within === "dimensions" ? rotaryDim : rotaryDim / 2;
  const pairAt = (turns: number): DoubleDouble => {
    const wavelength = divide(exactly(length), multiply(exactly(turns), TWO_PI));
    return divide(multiply(exactly(rotaryDim / 2), logarithm(wavelength)), logarithm(exactly(base)));
  };
  const first = atLeast(truncate ? whole(pairAt(fast), Math.floor) : pairAt(fast), 0);
  const last = atMost(truncate ? whole(pairAt(slow), Math.ceil) : pairAt(slow), most - 1);
  const distance = subtract(last, first);
  const none = within === "dimensions" ? distance[0] === 0 : distance[0] < 0.001;
  const width = none ? exactly(0.001) : distance;
  return Array.from({ length: rotaryDim / 2 }, (_, pair) =>
    atMost(atLeast(divide(subtract(exactly(pair), first), width), 0), 1),
  );
}

/** a·(1 − at) + b·at. */
export function blend(a: DoubleDouble, b: DoubleDouble, at: DoubleDouble): DoubleDouble {
  return add(multiply(a, subtract(ONE, at)), multiply(b, at));
}

function whole(x: DoubleDouble, round: (x: number) => number): DoubleDouble {
  const near = Math.round(x[0]);
  return exactly(near === x[0] ? near + round(x[1]) : round(x[0]));
}

const atLeast = (x: DoubleDouble, least: number): DoubleDouble => (x[0] < least ? exactly(least) : x);
const atMost = (x: DoubleDouble, most: number): DoubleDouble => (x[0] > most ? exactly(most) : x);
