import { checkBetween, checkCount, checkOneOf, orElse } from "./checks.ts";
import type { Ops } from "./ops.ts";
import { array, type NdArray } from "./typed-arrays/nd-array.ts";

/** The positions `offset`, `offset` + 1, … (`n` of them), shape [n], int32. */
export function range(n: number, offset = 0): NdArray {
  checkCount("range", "n", n);
  checkCount("range", "offset", offset, 0);
  checkCount("range", "offset + n - 1", offset + n - 1, 0);
  return array(
    Int32Array.from({ length: n }, (_, i) => offset + i),
    [n],
  );
}

/** positions + offset; float32 where the offset is a fraction. */
export function shifted<T>({ add, float }: Ops<T>, positions: T, offset: number): T {
  if (offset === 0) return positions;
  return add(Number.isInteger(offset) ? positions : float(positions), offset);
}

type Domain = "index" | "real";

/** What may be said of the positions of an encoder. */
export interface PlaceOptions {
  /** Added to every position; 0 unless given. */
  readonly offset?: number;
  /** "index": whole numbers from 0 (default). "real": fractions and negative numbers too. */
  readonly positions?: Domain;
}

export function checkDomain(who: string, what: string, value: unknown = "index"): Domain {
  return checkOneOf(who, what, value, ["index", "real"]);
}

/** The checks of {@link PlaceOptions}: an offset is a whole number from 0, or any number where positions are real. */
export function placeChecks(given: PlaceOptions) {
  return {
    offset: orElse(0, (...all) =>
      given.positions === "real" ? checkBetween(...all, -(2 ** 30), 2 ** 30) : checkCount(...all, 0, 2 ** 30),
    ),
    positions: checkDomain,
  };
}
