import { demand, show } from "../checks.ts";
import {
  add,
  type DoubleDouble,
  divide,
  exactly,
  logarithm,
  multiply,
  type Real,
  subtract,
  TWO_PI,
} from "../double-double.ts";
import type { ScaleArguments } from "./method.ts";

interface RampOptions {
  readonly type: string;
  /** The length before scaling. */
  readonly originalMaxPositionEmbeddings: number;
  /** Whether the ends are moved outwards to whole pairs. */
  readonly truncate: boolean;
  /** The ramp ends before so many at the latest: the dimensions (unless given) or the pairs. */
  readonly rampWithin?: "dimensions" | "pairs";
}

/**
 * How far a pair lies along the ramp from fast to slow ones, from 0 to 1 (Peng et al., "YaRN", 2023, §3.2; the ramp
 * is linear in the number of the pair, as in the authors' code).
 *
 * @param fast pairs that turn at least this often over the length lie before the ramp
 * @param slow pairs that turn at most this often lie beyond it
 * @throws RangeError for a base that is no base of a logarithm
 */
export function ramp(
  fast: number,
  slow: number,
  ...[options, { base, rotaryDim }, who]: ScaleArguments<RampOptions>
): (pair: number) => DoubleDouble {
  const { type, originalMaxPositionEmbeddings, truncate, rampWithin } = options;
  demand(base > 1, who, "base", base, `greater than 1 where scaling.type is ${show(type)}`);
  const pairs = rotaryDim / 2;
  const end = (turns: number, round: (x: number) => number) => {
    const wavelength = divide(originalMaxPositionEmbeddings, multiply(turns, TWO_PI));
    const place = divide(multiply(pairs, logarithm(wavelength)), logarithm(base));
    return truncate ? whole(place, round) : place;
  };
  const inPairs = rampWithin === "pairs";
  const first = atLeast(end(fast, Math.floor), 0);
  const last = atMost(end(slow, Math.ceil), (inPairs ? pairs : rotaryDim) - 1);
  const distance = subtract(last, first);
  const none = inPairs ? distance[0] < 0.001 : distance[0] === 0;
  return (pair) => atMost(atLeast(divide(subtract(pair, first), none ? 0.001 : distance), 0), 1);
}

/** a·(1 − at) + b·at. */
export function blend(a: Real, b: Real, at: DoubleDouble): DoubleDouble {
  return add(multiply(a, subtract(1, at)), multiply(b, at));
}

function whole([high, low]: DoubleDouble, round: (x: number) => number): DoubleDouble {
  const near = Math.round(high);
  return exactly(near === high ? near + round(low) : round(high));
}

const atLeast = (x: DoubleDouble, least: number): DoubleDouble => (x[0] < least ? exactly(least) : x);
const atMost = (x: DoubleDouble, most: number): DoubleDouble => (x[0] > most ? exactly(most) : x);
