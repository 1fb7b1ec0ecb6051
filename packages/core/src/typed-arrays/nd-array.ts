import { checkCount, show } from "../checks.ts";
import { sizeOf } from "../parameters.ts";

/** Host data with a shape, row by row. What goes into every backend and comes out of it. */
export interface NdArray {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/**
 * Host data as an {@link NdArray}; the data is not copied.
 *
 * @param shape [data.length] unless given
 * @throws TypeError, RangeError where data is no Float32Array or Int32Array, or does not fill the shape
 */
export function array(data: Float32Array | Int32Array, shape: readonly number[] = [data.length]): NdArray {
  if (!(data instanceof Float32Array || data instanceof Int32Array)) {
    throw new TypeError(`array: data must be a Float32Array or an Int32Array, got ${show(data)}`);
  }
  if (!Array.isArray(shape)) throw new TypeError(`array: shape must be an array, got ${show(shape)}`);
  for (const [i, length] of shape.entries()) checkCount("array", `shape[${i}]`, length, 0);
  if (sizeOf(shape) !== data.length) {
    throw new RangeError(`array: shape must hold the ${data.length} values of data, got ${show([...shape])}`);
  }
  return { data, shape: [...shape] };
}
