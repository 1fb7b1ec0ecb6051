import { checkCount, checkEven, checkNames, checkOneOf, show } from "./checks.ts";
import type { Ops, Pairing, RotaryLayout } from "./ops.ts";
import type { NdArray } from "./typed-arrays/nd-array.ts";

const PAIRINGS = ["halves", "interleaved"] as const;

/** x [..., dim] with its rotated pairs laid out as `to` says instead of as `layout` does. */
export function rearranged<T>(ops: Ops<T>, x: T, { pairing, dim, rotaryDim }: RotaryLayout, to: Pairing): T {
  if (pairing === to) return x;
  const { concat, flatten, split, swapAxes, unflatten } = ops;
  const half = rotaryDim / 2;
  const [rotated, passed] = rotaryDim < dim ? (split(x, [rotaryDim, dim - rotaryDim], -1) as [T, T]) : [x];
  const sizes = pairing === "halves" ? [2, half] : [half, 2];
  const moved = flatten(swapAxes(unflatten(rotated, sizes), -2, -1), rotaryDim);
  return passed === undefined ? moved : concat([moved, passed], -1);
}

export interface PermutePairingOptions {
  /** How many heads the rows belong to; key heads for the weights of the keys. */
  readonly heads: number;
  readonly from: Pairing;
  readonly to: Pairing;
  /** How many leading dimensions of a head are rotated; all unless given. */
  readonly rotaryDim?: number;
}

/**
 * Moves the rows of the projection of queries or keys, so that a checkpoint trained with one pairing serves a model
 * with the other: weight [heads · dim, inputs], or a bias [heads · dim]. Do both queries and keys; then all scores
 * stay as they were.
 *
 * @throws TypeError, RangeError for a bad option, or rows that heads do not share out evenly
 */
export function permutePairing(weight: NdArray, options: PermutePairingOptions): NdArray {
  checkNames("permutePairing", options, ["heads", "from", "to", "rotaryDim"]);
  const { from, to } = options;
  const heads = checkCount("permutePairing", "heads", options.heads);
  checkOneOf("permutePairing", "from", from, PAIRINGS);
  checkOneOf("permutePairing", "to", to, PAIRINGS);
  const [rows, inputs = 1] = weight.shape;
  if (rows === undefined || weight.shape.length > 2 || rows % (2 * heads) !== 0) {
    throw new RangeError(
      `permutePairing: weight must have shape [rows, inputs] or [rows] with an even number of rows for each of ${heads} heads, got ${show([...weight.shape])}`,
    );
  }
  const dim = rows / heads;
  const { rotaryDim = dim } = options;
  checkEven("permutePairing", "rotaryDim", rotaryDim);
  if (rotaryDim > dim) {
    throw new RangeError(`permutePairing: rotaryDim must be at most ${dim}, got ${rotaryDim}`);
  }

  const data = weight.data.slice();
  const half = rotaryDim / 2;
  const place: Record<Pairing, (pair: number, member: number) => number> = {
    halves: (pair, member) => member * half + pair,
    interleaved: (pair, member) => 2 * pair + member,
  };
  for (let head = 0; head < heads; head++) {
    for (let d = 0; d < rotaryDim; d++) {
      const [pair, member] = [d % half, Math.floor(d / half)];
      const source = (head * dim + place[from](pair, member)) * inputs;
      const target = (head * dim + place[to](pair, member)) * inputs;
      data.set(weight.data.subarray(source, source + inputs), target);
    }
  }
  return { data, shape: weight.shape };
}
