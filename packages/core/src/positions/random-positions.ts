import { checkCount, checkNames } from "../checks.ts";
import { random } from "../random.ts";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";

export interface RandomPositionsOptions {
  /** Positions are below this: the longest sequence that is to be understood later. */
  readonly maxLength: number;
  /** Another seed, another subset: take a new one for each training step. */
  readonly seed: number;
}

/**
 * `n` different positions below `maxLength` in rising order, all subsets equally likely: for training on short
 * sequences with the positions of long ones (Ruoss et al., "Randomized Positional Encodings Boost Length
 * Generalization of Transformers", 2023, §3). At inference use `range`, or average over several of these.
 *
 * @returns int32 of shape [n]
 * @throws TypeError, RangeError for a bad option, or where n is above `maxLength`
 */
export function randomPositions(n: number, options: RandomPositionsOptions): NdArray {
  checkNames("randomPositions", options, ["maxLength", "seed"]);
  const { maxLength, seed } = options;
  checkCount("randomPositions", "maxLength", maxLength);
  checkCount("randomPositions", "n", n, 1, maxLength);
  checkCount("randomPositions", "seed", seed, 0);
  const { below } = random(seed, "positions");
  const chosen = new Set<number>();
  // Floyd's sampling (Bentley and Floyd, 1987): n draws, whatever maxLength is
  for (let top = maxLength - n; top < maxLength; top++) {
    const drawn = below(top + 1);
    chosen.add(chosen.has(drawn) ? top : drawn);
  }
  return array(Int32Array.from(chosen).sort());
}
