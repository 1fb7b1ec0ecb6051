import { show } from "../checks.ts";
import { sizeOf } from "../parameters.ts";

/** The shape that both broadcast to, as in NumPy. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [n, m] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (n !== m && n !== 1 && m !== 1) {
      throw new RangeError(`typed arrays: shapes must broadcast, got ${show([...a])} and ${show([...b])}`);
    }
    return n === 1 ? m : n;
  });
}

/** How far to move in the data for one step along each axis of `shape`; 0 where `x` is repeated. */
export function broadcastStrides(x: readonly number[], shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(0);
  for (let i = 1, stride = 1; i <= x.length; i++) {
    const length = x[x.length - i]!;
    if (length !== 1) strides[shape.length - i] = stride;
    stride *= length;
  }
  return strides;
}

/** Calls `visit` with the offsets of each row (along the last axis of `shape`) in every operand, in order. */
export function eachRow(
  shape: readonly number[],
  strides: readonly number[][],
  visit: (offsets: number[]) => void,
): void {
  const outer = shape.slice(0, -1);
  const index = outer.map(() => 0);
  const offsets = strides.map(() => 0);
  for (let rows = sizeOf(outer); rows > 0; rows--) {
    visit(offsets);
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      strides.forEach((stride, i) => {
        offsets[i]! += stride[axis]!;
      });
      if (++index[axis]! < outer[axis]!) break;
      strides.forEach((stride, i) => {
        offsets[i]! -= stride[axis]! * outer[axis]!;
      });
      index[axis] = 0;
    }
  }
}
