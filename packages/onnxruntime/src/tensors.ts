import { array, checks, type Encoder, type NdArray, perBatch } from "@posenc/core";

/** @throws TypeError where `x` is not an {@link NdArray} */
export function checkTensor(who: string, what: string, x: unknown): asserts x is NdArray {
  const { data, shape } = (x ?? {}) as Partial<NdArray>;
  if ((data instanceof Float32Array || data instanceof Int32Array) && Array.isArray(shape)) return;
  throw new TypeError(`${who}: ${what} must be a tensor (array(data, shape)), got ${checks.show(x)}`);
}

export const reshape = ({ data }: NdArray, shape: readonly number[]): NdArray => array(data, shape);

/**
 * Positions as a graph takes them: [length] as [1, length], whole numbers as float32 where the encoder takes
 * real positions.
 *
 * @throws RangeError where float32 does not hold a position
 */
export function feedPositions(
  { name, positions: range }: Pick<Encoder, "name" | "positions">,
  what: string,
  x: NdArray,
): NdArray {
  const shape = perBatch(x.shape, range) ? x.shape : [1, ...x.shape];
  if (!range?.real || x.data instanceof Float32Array) return reshape(x, shape);
  const lost = x.data.findIndex((position) => Math.fround(position) !== position);
  if (lost < 0) return array(Float32Array.from(x.data), shape);
  throw new RangeError(
    `${name}: ${what} must be whole numbers that float32 holds, got ${x.data[lost]} at index ${lost}`,
  );
}
