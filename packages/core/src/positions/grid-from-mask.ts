import { checkBoolean, checkFactor, checkNames, checkObject, checkPositive, show } from "../checks.ts";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";

export interface GridFromMaskOptions {
  /** Divide by the last coordinate of the column and of the row, so that each runs up to `scale`; false unless given. */
  readonly normalise?: boolean;
  /** Where normalised coordinates end; 2π unless given. */
  readonly scale?: number;
  /** Added to the last coordinate before the division; 1e-6 unless given, as in DETR. */
  readonly epsilon?: number;
}

/**
 * The places of a padded image as DETR counts them (Carion et al., 2020; `PositionEmbeddingSine`): the row of a
 * pixel is the number of pixels in its column up to and with it, its column the number in its row. So they begin
 * at 1, and what is padding repeats the last one.
 *
 * @param mask int32 of shape [height, width] or [batch, height, width]: 1 for a pixel, 0 for padding
 * @returns [height · width, 2] or [batch, height · width, 2], row and column: int32, or float32 where normalised
 * @throws TypeError, RangeError where the mask is not int32, has another rank, or is not 0 and 1
 */
export function gridFromMask(mask: NdArray, options: GridFromMaskOptions = {}): NdArray {
  const who = "gridFromMask";
  checkNames(who, options, ["normalise", "scale", "epsilon"]);
  const { normalise = false, scale = 2 * Math.PI, epsilon = 1e-6 } = options;
  checkBoolean(who, "normalise", normalise);
  checkFactor(who, "scale", scale);
  checkPositive(who, "epsilon", epsilon);
  const { data, shape } = checkObject(who, "mask", mask) as unknown as NdArray;
  if (shape.length !== 2 && shape.length !== 3) {
    throw new RangeError(
      `${who}: mask must have shape [height, width] or [batch, height, width], got ${show([...shape])}`,
    );
  }
  if (!(data instanceof Int32Array)) throw new TypeError(`${who}: mask must be int32, got float32`);
  data.forEach((value, i) => {
    if (value !== 0 && value !== 1)
      throw new RangeError(`${who}: mask must be 0 or 1, got ${value} at index ${i}`);
  });

  const [height, width] = shape.slice(-2) as [number, number];
  const counts = new Int32Array(2 * data.length);
  for (let i = 0; i < data.length; i++) {
    const [row, column] = [Math.floor(i / width) % height, i % width];
    counts[2 * i] = data[i]! + (row > 0 ? counts[2 * (i - width)]! : 0);
    counts[2 * i + 1] = data[i]! + (column > 0 ? counts[2 * (i - 1) + 1]! : 0);
  }
  const places = [...shape.slice(0, -2), height * width, 2];
  if (!normalise) return array(counts, places);

  const normalised = Float32Array.from(counts, (count, at) => {
    const i = Math.floor(at / 2);
    const [row, column] = [Math.floor(i / width) % height, i % width];
    const last = at % 2 === 0 ? i + (height - 1 - row) * width : i + (width - 1 - column);
    return (count / (counts[2 * last + (at % 2)]! + epsilon)) * scale;
  });
  return array(normalised, places);
}
