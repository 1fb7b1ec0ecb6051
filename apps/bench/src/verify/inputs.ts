import { array, type NdArray, type PositionRange, random, sizeOf } from "@posenc/core";
import type { VerifyCase } from "./cases.ts";

/** Numbers in [−1, 1), the same for the same name, case and shape. */
export function noise(name: string, { start, batch }: VerifyCase, ...shape: number[]): NdArray {
  const { uniform } = random(1, `verify ${name} ${start} ${batch}`);
  return array(
    Float32Array.from({ length: sizeOf(shape) }, () => 2 * uniform() - 1),
    shape,
  );
}

/**
 * The last `count` positions of a case: [rows, count], or [rows, count, axes]. A row begins one further than that
 * before it, and the positions left out follow at its end. Real ones lie between whole numbers.
 */
export function positionsOf(
  { rows, start, span, length }: VerifyCase,
  count: number,
  range: PositionRange = {},
): NdArray {
  const { real, axes } = range;
  const first = length - (count % length);
  const places = Array.from({ length: rows * count }, (_, i) => {
    const [row, column] = [Math.floor(i / count), i % count];
    return start + ((((first + column) % length) + row) % span);
  });
  const coordinates = places.flatMap((place) => coordinatesOf(real ? place + 0.5 : place, range));
  return array(real ? Float32Array.from(coordinates) : Int32Array.from(coordinates), [
    rows,
    count,
    ...(axes === undefined ? [] : [axes]),
  ]);
}

/** Within a grid the cells row by row, else p, p / 2, p / 3. */
function coordinatesOf(place: number, { real, axes, sizes }: PositionRange): number[] {
  if (axes === undefined) return [place];
  const below = (axis: number) => sizeOf(sizes!.slice(axis + 1));
  return Array.from({ length: axes }, (_, axis) => {
    const coordinate = sizes ? (place / below(axis)) % sizes[axis]! : place / (axis + 1);
    return real ? coordinate : Math.floor(coordinate);
  });
}
