function addFloats(out: usize, a: usize, b: usize, count: i32): void {
  const end = (<usize>count) << 2;
  const whole = end & ~255;
  for (let j: usize = 0; j < whole; j += 256) {
    v128.store(out + j, f32x4.add(v128.load(a + j), v128.load(b + j)));
    v128.store(out + j, f32x4.add(v128.load(a + j, 16), v128.load(b + j, 16)), 16);
    v128.store(out + j, f32x4.add(v128.load(a + j, 32), v128.load(b + j, 32)), 32);
    v128.store(out + j, f32x4.add(v128.load(a + j, 48), v128.load(b + j, 48)), 48);
    v128.store(out + j, f32x4.add(v128.load(a + j, 64), v128.load(b + j, 64)), 64);
    v128.store(out + j, f32x4.add(v128.load(a + j, 80), v128.load(b + j, 80)), 80);
    v128.store(out + j, f32x4.add(v128.load(a + j, 96), v128.load(b + j, 96)), 96);
    v128.store(out + j, f32x4.add(v128.load(a + j, 112), v128.load(b + j, 112)), 112);
    v128.store(out + j, f32x4.add(v128.load(a + j, 128), v128.load(b + j, 128)), 128);
    v128.store(out + j, f32x4.add(v128.load(a + j, 144), v128.load(b + j, 144)), 144);
    v128.store(out + j, f32x4.add(v128.load(a + j, 160), v128.load(b + j, 160)), 160);
    v128.store(out + j, f32x4.add(v128.load(a + j, 176), v128.load(b + j, 176)), 176);
    v128.store(out + j, f32x4.add(v128.load(a + j, 192), v128.load(b + j, 192)), 192);
    v128.store(out + j, f32x4.add(v128.load(a + j, 208), v128.load(b + j, 208)), 208);
    v128.store(out + j, f32x4.add(v128.load(a + j, 224), v128.load(b + j, 224)), 224);
    v128.store(out + j, f32x4.add(v128.load(a + j, 240), v128.load(b + j, 240)), 240);
  }
  if (whole < end) addRest(out, a, b, whole, end);
}

/** What does not fill several lines. */
function addRest(out: usize, a: usize, b: usize, from: usize, end: usize): void {
  let j = from;
  for (; j + 16 <= end; j += 16) v128.store(out + j, f32x4.add(v128.load(a + j), v128.load(b + j)));
  for (; j < end; j += 4) store<f32>(out + j, load<f32>(a + j) + load<f32>(b + j));
}

/** How many rows are added side by side, and how much of each at a time: streams that a processor fetches ahead of. */
const SIDE: i32 = 4;
const TILE: i32 = 512;

/**
 * Rows of `a` and of `b`, so many bytes apart; rows of `out` lie beside each other. Of long rows that share `a` or `b` a
 * tile is added for several, so that what they share is fetched once.
 */
export function addRows(
  out: usize,
  a: usize,
  b: usize,
  rows: i32,
  count: i32,
  aStep: usize,
  bStep: usize,
): void {
  const step = (<usize>count) << 2;
  const shared = count > TILE && (aStep === 0 || bStep === 0);
  const side = shared ? SIDE : 1;
  const wide = shared ? TILE : count;
  for (let r = 0; r < rows; r += side) {
    const last = min(side, rows - r);
    for (let column = 0; column < count; column += wide) {
      const width = min(wide, count - column);
      let at = (<usize>column) << 2;
      let i = a + at;
      let j = b + at;
      for (let n = 0; n < last; n++) {
        addFloats(out + at, i, j, width);
        at += step;
        i += aStep;
        j += bStep;
      }
    }
    out += <usize>side * step;
    a += <usize>side * aStep;
    b += <usize>side * bStep;
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

function addLine(out: usize, x0: v128, x1: v128, x2: v128, x3: v128, a: usize): void {
  v128.store(out, f32x4.add(x0, v128.load(a)));
  v128.store(out, f32x4.add(x1, v128.load(a, 16)), 16);
  v128.store(out, f32x4.add(x2, v128.load(a, 32)), 32);
  v128.store(out, f32x4.add(x3, v128.load(a, 48)), 48);
}

/**
 * Rows of `x` and the rows of `table` that `indices` (int32) name. So many `sharers` have the same `x`: their rows of
 * `out` are `sharerStep` apart, their indices `indexStep`, in bytes. Their rows are passed side by side.
 */
export function gatherAdd(
  out: usize,
  x: usize,
  table: usize,
  indices: usize,
  sharers: i32,
  sharerStep: usize,
  indexStep: usize,
  rows: i32,
  count: i32,
): void {
  const step = (<usize>count) << 2;
  for (let n = 0; n < sharers; n += SIDE) {
    const width = min(SIDE, sharers - n);
    for (let r: usize = 0; r < <usize>rows; r++) {
      const row = r * step;
      const at = indices + 4 * r;
      if (width === 1) addFloats(out + row, x + row, table + <usize>load<u32>(at) * step, count);
      else addToSharers(out + row, x + row, table, at, width, sharerStep, indexStep, step);
    }
    out += <usize>width * sharerStep;
    indices += <usize>width * indexStep;
  }
}

/** One row of \`x\`, a line at a time to all. */
function addToSharers(
  out: usize,
  x: usize,
  table: usize,
  indices: usize,
  sharers: i32,
  sharerStep: usize,
  indexStep: usize,
  step: usize,
): void {
  const whole = step & ~63;
  for (let j: usize = 0; j < whole; j += 64) {
    const x0 = v128.load(x + j);
    const x1 = v128.load(x + j, 16);
    const x2 = v128.load(x + j, 32);
    const x3 = v128.load(x + j, 48);
    let o = out + j;
    let i = indices;
    for (let n = 0; n < sharers; n++) {
      addLine(o, x0, x1, x2, x3, table + <usize>load<u32>(i) * step + j);
      o += sharerStep;
      i += indexStep;
    }
  }
  if (whole < step) {
    for (let n = 0; n < sharers; n++) {
      addRest(out, x, table + <usize>load<u32>(indices) * step, whole, step);
      out += sharerStep;
      indices += indexStep;
    }
  }
}
