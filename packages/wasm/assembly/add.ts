/** out = a + b, of so many bytes. */
function addFloats(out: usize, a: usize, b: usize, bytes: usize): void {
  const whole = bytes & ~255;
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
  if (whole < bytes) addRest(out, a, b, whole, bytes);
}

/** What does not fill several lines. */
function addRest(out: usize, a: usize, b: usize, from: usize, end: usize): void {
  let j = from;
  for (; j + 16 <= end; j += 16) v128.store(out + j, f32x4.add(v128.load(a + j), v128.load(b + j)));
  for (; j < end; j += 4) store<f32>(out + j, load<f32>(a + j) + load<f32>(b + j));
}

/** Both halves of what is longer than so many bytes are added side by side. */
const LARGE: usize = 1 << 18;

/** The same. */
function addAll(out: usize, a: usize, b: usize, bytes: usize): void {
  let done: usize = 0;
  if (bytes > LARGE) {
    const half = (bytes >> 1) & ~63;
    addTwo(out, a, half, b, b + half, half);
    done = 2 * half;
  }
  addFloats(out + done, a + done, b + done, bytes - done);
}

/** out = a + b, of so many bytes, and the same `apart` bytes on with a + c: streams that a processor fetches ahead of. */
function addTwo(out: usize, a: usize, apart: usize, b: usize, c: usize, bytes: usize): void {
  const second = out + apart;
  const other = a + apart;
  const whole = bytes & ~63;
  let j: usize = 0;
  for (; j < whole; j += 64) {
    addPlainLine(out + j, a + j, b + j);
    addPlainLine(second + j, other + j, c + j);
  }
  for (; j < bytes; j += 4) {
    store<f32>(out + j, load<f32>(a + j) + load<f32>(b + j));
    store<f32>(second + j, load<f32>(other + j) + load<f32>(c + j));
  }
}

/** A line of `a` and one of `b`. */
function addPlainLine(out: usize, a: usize, b: usize): void {
  addLine(out, v128.load(a), v128.load(a, 16), v128.load(a, 32), v128.load(a, 48), b);
}

/** Rows longer than so many floats are added four at a time where they share an operand. */
const LONG: i32 = 512;

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
  if (aStep === 0) {
    const shared = a;
    a = b;
    b = shared;
    aStep = bStep;
    bStep = 0;
  }
  const step = (<usize>count) << 2;
  let r = 0;
  if (bStep === 0 && count > LONG) {
    for (; r + 4 <= rows; r += 4) {
      addToFour(out, step, b, a, a + aStep, a + 2 * aStep, a + 3 * aStep, step);
      out += 4 * step;
      a += 4 * aStep;
    }
  }
  for (; r < rows; r++) {
    addAll(out, a, b, step);
    out += step;
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

/**
 * Rows of `x` and the rows of `table` that `indices` (int32) name. So many `sharers` have the same `x`: their rows of
 * `out` are `sharerStep` apart, their indices `indexStep`, in bytes.
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
  let n = 0;
  for (; n + 4 <= sharers; n += 4) {
    let o = out;
    let i = x;
    let at = indices;
    for (let r = 0; r < rows; r++) {
      addToFour(
        o,
        sharerStep,
        i,
        table + <usize>load<u32>(at) * step,
        table + <usize>load<u32>(at + indexStep) * step,
        table + <usize>load<u32>(at + 2 * indexStep) * step,
        table + <usize>load<u32>(at + 3 * indexStep) * step,
        step,
      );
      o += step;
      i += step;
      at += 4;
    }
    out += 4 * sharerStep;
    indices += 4 * indexStep;
  }
  const half = rows >> 1;
  for (; n < sharers; n++) {
    let o = out;
    let i = x;
    let at = indices;
    for (let r = 0; r < half; r++) {
      const other = at + ((<usize>half) << 2);
      addTwo(
        o,
        i,
        <usize>half * step,
        table + <usize>load<u32>(at) * step,
        table + <usize>load<u32>(other) * step,
        step,
      );
      o += step;
      i += step;
      at += 4;
    }
    if (rows & 1) {
      o += <usize>half * step;
      i += <usize>half * step;
      at += (<usize>half) << 2;
      addFloats(o, i, table + <usize>load<u32>(at) * step, step);
    }
    out += sharerStep;
    indices += indexStep;
  }
}

/** out, out + outStep, … = x + a, x + b, x + c, x + d, of so many bytes: a line at a time, which has x in registers. */
function addToFour(
  out: usize,
  outStep: usize,
  x: usize,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  bytes: usize,
): void {
  const second = out + outStep;
  const third = second + outStep;
  const fourth = third + outStep;
  const whole = bytes & ~63;
  let j: usize = 0;
  for (; j < whole; j += 64) {
    const x0 = v128.load(x + j);
    const x1 = v128.load(x + j, 16);
    const x2 = v128.load(x + j, 32);
    const x3 = v128.load(x + j, 48);
    addLine(out + j, x0, x1, x2, x3, a + j);
    addLine(second + j, x0, x1, x2, x3, b + j);
    addLine(third + j, x0, x1, x2, x3, c + j);
    addLine(fourth + j, x0, x1, x2, x3, d + j);
  }
  for (; j < bytes; j += 4) {
    const one = load<f32>(x + j);
    store<f32>(out + j, one + load<f32>(a + j));
    store<f32>(second + j, one + load<f32>(b + j));
    store<f32>(third + j, one + load<f32>(c + j));
    store<f32>(fourth + j, one + load<f32>(d + j));
  }
}

function addLine(out: usize, x0: v128, x1: v128, x2: v128, x3: v128, a: usize): void {
  v128.store(out, f32x4.add(x0, v128.load(a)));
  v128.store(out, f32x4.add(x1, v128.load(a, 16)), 16);
  v128.store(out, f32x4.add(x2, v128.load(a, 32)), 32);
  v128.store(out, f32x4.add(x3, v128.load(a, 48)), 48);
}
