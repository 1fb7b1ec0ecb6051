import { checkCount } from "./checks.ts";
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
