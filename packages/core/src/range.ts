import { checkCount } from "./checks.ts";
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
