import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { tokenRows } from "./token-rows.ts";

/**
 * The positions of packed sequences: several documents stand one after another in a row, and each counts from 0.
 * A document begins where the segment id differs from the one before it; which ids are used does not matter.
 * Padding with an id of its own is counted like a document.
 *
 * @param segmentIds int32 of shape [length] or [batch, length]
 * @returns int32 of the shape of `segmentIds`
 * @throws TypeError, RangeError where the ids are not int32 or not of rank 1 or 2
 */
export function positionsFromSegments(segmentIds: NdArray): NdArray {
  const { data, shape, length } = tokenRows("positionsFromSegments", "segmentIds", segmentIds);
  const positions = new Int32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const begins = i % length === 0 || data[i] !== data[i - 1];
    positions[i] = begins ? 0 : positions[i - 1]! + 1;
  }
  return array(positions, shape);
}
