import { copyFloats } from "./copy";

/** The rows of `table` that `indices` (int32) name; four at a time, so that four are fetched at once. */
export function gather(out: usize, table: usize, indices: usize, rows: i32, count: i32): void {
  const step = (<usize>count) << 2;
  let r = 0;
  if ((count & 3) === 0) {
    for (; r + 4 <= rows; r += 4) {
      const t0 = table + <usize>load<u32>(indices) * step;
      const t1 = table + <usize>load<u32>(indices, 4) * step;
      const t2 = table + <usize>load<u32>(indices, 8) * step;
      const t3 = table + <usize>load<u32>(indices, 12) * step;
      for (let j: usize = 0; j < step; j += 16) {
        const o = out + j;
        v128.store(o, v128.load(t0 + j));
        v128.store(o + step, v128.load(t1 + j));
        v128.store(o + 2 * step, v128.load(t2 + j));
        v128.store(o + 3 * step, v128.load(t3 + j));
      }
      out += 4 * step;
      indices += 16;
    }
  }
  for (; r < rows; r++) {
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
