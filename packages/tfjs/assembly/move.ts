/** Values of four bytes, moved and not changed, but for the sums of {@link scatterAdd}. */

/** Copies `rows` pieces of so many bytes; the strides are in bytes. */
export function copyRows(
  from: usize,
  fromStride: usize,
  to: usize,
  toStride: usize,
  bytes: usize,
  rows: i32,
): void {
  for (; rows > 0; rows--) {
    copy(to, from, bytes);
    from += fromStride;
    to += toStride;
  }
}

function copy(to: usize, from: usize, bytes: usize): void {
  if (bytes > 512) {
    memory.copy(to, from, bytes);
    return;
  }
  const end = to + (bytes & ~15);
  while (to < end) {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  }
  for (let left = bytes & 15; left > 0; left -= 4) {
    store<u32>(to, load<u32>(from));
    to += 4;
    from += 4;
  }
}

/** out[i] = table[ids[i]], row by row. Returns the first i whose id is outside [0, rows), or −1; then stops. */
export function gatherRows(table: usize, ids: usize, out: usize, count: i32, bytes: usize, rows: i32): i32 {
  for (let i = 0; i < count; i++) {
    const id = load<i32>(ids);
    if (id < 0 || id >= rows) return i;
    copy(out, table + (id as usize) * bytes, bytes);
    ids += 4;
    out += bytes;
  }
  return -1;
}

/** out[ids[i]] += x[i], row by row, from zeros; ids outside [0, rows) are left out. */
export function scatterAdd(x: usize, ids: usize, out: usize, count: i32, width: i32, rows: i32): void {
  const bytes = (width as usize) << 2;
  const whole = bytes & ~15;
  memory.fill(out, 0, (rows as usize) * bytes);
  for (; count > 0; count--) {
    const id = load<i32>(ids);
    if (id >= 0 && id < rows) {
      const to = out + (id as usize) * bytes;
      for (let i: usize = 0; i < whole; i += 16) {
        v128.store(to + i, f32x4.add(v128.load(to + i), v128.load(x + i)));
      }
      for (let i = whole; i < bytes; i += 4) {
        store<f32>(to + i, load<f32>(to + i) + load<f32>(x + i));
      }
    }
    ids += 4;
    x += bytes;
  }
}

/** x [outer, rows, columns] → out [outer, columns, rows]. */
export function transpose(x: usize, out: usize, outer: i32, rows: i32, columns: i32): void {
  const from = (columns as usize) << 2;
  const to = (rows as usize) << 2;
  for (; outer > 0; outer--) {
    let i = 0;
    for (; i + 4 <= rows; i += 4) {
      let source = x + (i as usize) * from;
      let target = out + (i << 2);
      let j = 0;
      for (; j + 4 <= columns; j += 4) {
        const x0 = v128.load(source);
        const x1 = v128.load(source + from);
        const x2 = v128.load(source + 2 * from);
        const x3 = v128.load(source + 3 * from);
        const low01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
        const high01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
        const low23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
        const high23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
        v128.store(target, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
        v128.store(target + to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
        v128.store(target + 2 * to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
        v128.store(target + 3 * to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
        source += 16;
        target += 4 * to;
      }
      for (; j < columns; j++) {
        store<u32>(target, load<u32>(source));
        store<u32>(target, load<u32>(source + from), 4);
        store<u32>(target, load<u32>(source + 2 * from), 8);
        store<u32>(target, load<u32>(source + 3 * from), 12);
        source += 4;
        target += to;
      }
    }
    for (; i < rows; i++) {
      let source = x + (i as usize) * from;
      let target = out + (i << 2);
      for (let j = 0; j < columns; j++) {
        store<u32>(target, load<u32>(source));
        source += 4;
        target += to;
      }
    }
    x += (rows as usize) * from;
    out += (rows as usize) * from;
  }
}

/** out [n0, n1, n2] of pieces of so many bytes, which lie in x at the strides s0, s1, s2 (bytes). */
export function permuteRows(
  x: usize,
  out: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  s0: usize,
  s1: usize,
  s2: usize,
  bytes: usize,
): void {
  for (let i = 0; i < n0; i++) {
    for (let j = 0; j < n1; j++) {
      copyRows(x + (i as usize) * s0 + (j as usize) * s1, s2, out, bytes, bytes, n2);
      out += (n2 as usize) * bytes;
    }
  }
}

/** out [n0, n1, n2, n3] of values that lie in x at the strides s0 … s3 (bytes). */
export function permute(
  x: usize,
  out: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  n3: i32,
  s0: usize,
  s1: usize,
  s2: usize,
  s3: usize,
): void {
  for (let i = 0; i < n0; i++) {
    for (let j = 0; j < n1; j++) {
      for (let k = 0; k < n2; k++) {
        let from = x + (i as usize) * s0 + (j as usize) * s1 + (k as usize) * s2;
        for (let l = 0; l < n3; l++) {
          store<u32>(out, load<u32>(from));
          from += s3;
          out += 4;
        }
      }
    }
  }
}
