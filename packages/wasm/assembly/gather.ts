import { copyFloats } from "./copy";

/** The rows of `table` that `indices` (int32) name. */
export function gather(out: usize, table: usize, indices: usize, rows: i32, count: i32): void {
  const step = (<usize>count) << 2;
  for (let r = 0; r < rows; r++) {
    copyFloats(out, table + <usize>load<u32>(indices) * step, count);
    out += step;
    indices += 4;
  }
}

/** Row i of `out` [rows, count] is what `vector` has from `first` − 4·i bytes on. */
export function slide(out: usize, first: usize, rows: i32, count: i32): void {
  for (let r = 0; r < rows; r++) {
    copyFloats(out, first, count);
    out += (<usize>count) << 2;
    first -= 4;
  }
}
