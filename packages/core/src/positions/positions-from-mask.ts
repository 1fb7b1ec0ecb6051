import { checkCount } from "../checks.ts";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { checkEach, tokenRows } from "./token-rows.ts";

/**
 * The positions of padded sequences: in each row the first token that is not masked stands at `offset`, the next
 * at `offset` + 1 and so on. The padding may be to the left, to the right or both.
 *
 * As Hugging Face counts them, cumsum(mask) − 1. A padded place gets 0 whatever the offset is, which every encoder
 * takes; the attention mask has to hide it.
 *
 * For a decode step on top of a cache, give the mask of the new tokens and as `offset` the number of tokens so far
 * that were not padding; one for each row where the rows differ.
 *
 * @param mask int32 of shape [length] or [batch, length]: 1 for a token, 0 for padding
 * @param offset the position of the first token; an array has one for each row
 * @returns int32 of the shape of `mask`
 * @throws TypeError, RangeError where the mask is not int32, not of rank 1 or 2, or not 0 and 1
 */
export function positionsFromMask(mask: NdArray, offset: number | readonly number[] = 0): NdArray {
  const who = "positionsFromMask";
  const { data, shape, rows, length } = tokenRows(who, "mask", mask);
  checkEach(who, "mask", data, [0, 1]);
  const perRow = Array.isArray(offset);
  if (perRow && offset.length !== rows) {
    throw new RangeError(`${who}: offset must have one entry for each of ${rows} rows, got ${offset.length}`);
  }
  const first = Array.from({ length: rows }, (_, row) =>
    checkCount(who, perRow ? `offset[${row}]` : "offset", perRow ? offset[row] : offset, 0, 2 ** 30),
  );

  const positions = new Int32Array(data.length);
  for (let row = 0; row < rows; row++) {
    let next = first[row]!;
    for (let i = row * length; i < (row + 1) * length; i++) if (data[i] === 1) positions[i] = next++;
  }
  return array(positions, shape);
}
