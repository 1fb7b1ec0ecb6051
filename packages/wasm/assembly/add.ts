function addFloats(out: usize, a: usize, b: usize, count: i32): void {
  const end = (<usize>count) << 2;
  let j: usize = 0;
  for (; j + 64 <= end; j += 64) {
    const s0 = f32x4.add(v128.load(a + j), v128.load(b + j));
    const s1 = f32x4.add(v128.load(a + j, 16), v128.load(b + j, 16));
    const s2 = f32x4.add(v128.load(a + j, 32), v128.load(b + j, 32));
    const s3 = f32x4.add(v128.load(a + j, 48), v128.load(b + j, 48));
    v128.store(out + j, s0);
    v128.store(out + j, s1, 16);
    v128.store(out + j, s2, 32);
    v128.store(out + j, s3, 48);
  }
  for (; j + 16 <= end; j += 16) v128.store(out + j, f32x4.add(v128.load(a + j), v128.load(b + j)));
  for (; j < end; j += 4) store<f32>(out + j, load<f32>(a + j) + load<f32>(b + j));
}

/** Rows of `a` and of `b`, so many bytes apart; rows of `out` lie beside each other. */
export function addRows(
  out: usize,
  a: usize,
  b: usize,
  rows: i32,
  count: i32,
  aStep: usize,
  bStep: usize,
): void {
  for (let r = 0; r < rows; r++) {
    addFloats(out, a, b, count);
    out += (<usize>count) << 2;
    a += aStep;
    b += bStep;
  }
}

/** The same with one float of `b` for a whole row. */
export function addToRows(
  out: usize,
  a: usize,
  b: usize,
  rows: i32,
  count: i32,
  aStep: usize,
  bStep: usize,
): void {
  const end = (<usize>count) << 2;
  for (let r = 0; r < rows; r++) {
    const one = load<f32>(b);
    const all = f32x4.splat(one);
    let j: usize = 0;
    for (; j + 16 <= end; j += 16) v128.store(out + j, f32x4.add(v128.load(a + j), all));
    for (; j < end; j += 4) store<f32>(out + j, load<f32>(a + j) + one);
    out += end;
    a += aStep;
    b += bStep;
  }
}

/** Rows of `x` and the rows of `table` that `indices` (int32) name; four at a time, so that four are fetched at once. */
export function gatherAdd(out: usize, x: usize, table: usize, indices: usize, rows: i32, count: i32): void {
  const step = (<usize>count) << 2;
  let r = 0;
  if ((count & 3) === 0) {
    for (; r + 4 <= rows; r += 4) {
      const t0 = table + <usize>load<u32>(indices) * step;
      const t1 = table + <usize>load<u32>(indices, 4) * step;
      const t2 = table + <usize>load<u32>(indices, 8) * step;
      const t3 = table + <usize>load<u32>(indices, 12) * step;
      for (let j: usize = 0; j < step; j += 16) {
        let o = out + j;
        let i = x + j;
        v128.store(o, f32x4.add(v128.load(i), v128.load(t0 + j)));
        o += step;
        i += step;
        v128.store(o, f32x4.add(v128.load(i), v128.load(t1 + j)));
        o += step;
        i += step;
        v128.store(o, f32x4.add(v128.load(i), v128.load(t2 + j)));
        o += step;
        i += step;
        v128.store(o, f32x4.add(v128.load(i), v128.load(t3 + j)));
      }
      out += 4 * step;
      x += 4 * step;
      indices += 16;
    }
  }
  for (; r < rows; r++) {
    addFloats(out, x, table + <usize>load<u32>(indices) * step, count);
    out += step;
    x += step;
    indices += 4;
  }
}
