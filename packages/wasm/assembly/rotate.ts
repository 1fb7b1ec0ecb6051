// Pairs (a, b) → (a·cos − b·sin, b·cos + a·sin).
//
// `x` and `out` have the same steps, in bytes. So many `sharers`, `sharerStep` apart, have the same cosines and sines;
// there are `rows` of those, `tableStep` apart, for rows of `x` that are `rowStep` apart. `rest` floats after the pairs
// are passed through.
//
// Memory is passed in the order of the smaller step, but for sharers far apart eight side by side: as many streams as a
// processor fetches ahead of. What lies a little ahead in `out` is touched, or stores would wait for it one by one; the
// kernels return what they touched, so that no compiler leaves it out.

import { copyFloats } from "./copy";

/** How many sharers far apart are turned side by side. */
const SIDE: i32 = 8;
/** How far ahead `out` is touched. */
const AHEAD: usize = 128;

/** Pairs (i, i + half). */
export function rotateHalves(
  out: usize,
  x: usize,
  cos: usize,
  sin: usize,
  sharers: i32,
  sharerStep: usize,
  rows: i32,
  rowStep: usize,
  tableStep: usize,
  half: i32,
  rest: i32,
): u32 {
  const far = (<usize>half) << 2;
  const last = lastOf(out, sharers, sharerStep, rows, rowStep, half, rest);
  const side = sharerStep > rowStep ? SIDE : sharers;
  let touched: u32 = 0;
  for (let n = 0; n < sharers; n += side) {
    const width = min(side, sharers - n);
    let o = out;
    let i = x;
    let c = cos;
    let s = sin;
    for (let r = 0; r < rows; r++) {
      let to = o;
      let from = i;
      for (let m = 0; m < width; m++) {
        let j: usize = 0;
        for (; j + 32 <= far; j += 32) {
          touched ^= load<u32>(min(to + 2 * j + AHEAD, last));
          turnHalves(to + j, from + j, far, c + j, s + j);
        }
        if (j < far || rest > 0) finishHalves(to, from, c, s, j, far, rest);
        to += sharerStep;
        from += sharerStep;
      }
      o += rowStep;
      i += rowStep;
      c += tableStep;
      s += tableStep;
    }
    out += <usize>width * sharerStep;
    x += <usize>width * sharerStep;
  }
  return touched;
}

/** Pairs (2i, 2i + 1). */
export function rotateInterleaved(
  out: usize,
  x: usize,
  cos: usize,
  sin: usize,
  sharers: i32,
  sharerStep: usize,
  rows: i32,
  rowStep: usize,
  tableStep: usize,
  half: i32,
  rest: i32,
): u32 {
  const far = (<usize>half) << 2;
  const last = lastOf(out, sharers, sharerStep, rows, rowStep, half, rest);
  const side = sharerStep > rowStep ? SIDE : sharers;
  let touched: u32 = 0;
  for (let n = 0; n < sharers; n += side) {
    const width = min(side, sharers - n);
    let o = out;
    let i = x;
    let c = cos;
    let s = sin;
    for (let r = 0; r < rows; r++) {
      let to = o;
      let from = i;
      for (let m = 0; m < width; m++) {
        let j: usize = 0;
        for (; j + 32 <= far; j += 32) {
          touched ^= load<u32>(min(to + 2 * j + AHEAD, last));
          turnInterleaved(to + 2 * j, from + 2 * j, c + j, s + j);
          turnInterleaved(to + 2 * j + 32, from + 2 * j + 32, c + j + 16, s + j + 16);
        }
        if (j < far || rest > 0) finishInterleaved(to, from, c, s, j, far, rest);
        to += sharerStep;
        from += sharerStep;
      }
      o += rowStep;
      i += rowStep;
      c += tableStep;
      s += tableStep;
    }
    out += <usize>width * sharerStep;
    x += <usize>width * sharerStep;
  }
  return touched;
}

/** The address of the last float of `out`. */
function lastOf(
  out: usize,
  sharers: i32,
  sharerStep: usize,
  rows: i32,
  rowStep: usize,
  half: i32,
  rest: i32,
): usize {
  const row = (<usize>(2 * half + rest - 1)) << 2;
  return out + <usize>(sharers - 1) * sharerStep + <usize>(rows - 1) * rowStep + row;
}

/** Eight pairs; all are loaded before any is stored, so that `out` may be `x`. */
function turnHalves(out: usize, x: usize, far: usize, cos: usize, sin: usize): void {
  const a0 = v128.load(x);
  const a1 = v128.load(x, 16);
  const b0 = v128.load(x + far);
  const b1 = v128.load(x + far, 16);
  const c0 = v128.load(cos);
  const c1 = v128.load(cos, 16);
  const s0 = v128.load(sin);
  const s1 = v128.load(sin, 16);
  v128.store(out, f32x4.sub(f32x4.mul(a0, c0), f32x4.mul(b0, s0)));
  v128.store(out, f32x4.sub(f32x4.mul(a1, c1), f32x4.mul(b1, s1)), 16);
  v128.store(out + far, f32x4.add(f32x4.mul(b0, c0), f32x4.mul(a0, s0)));
  v128.store(out + far, f32x4.add(f32x4.mul(b1, c1), f32x4.mul(a1, s1)), 16);
}

/** Four pairs. */
function turnInterleaved(out: usize, x: usize, cos: usize, sin: usize): void {
  const near = v128.load(x);
  const next = v128.load(x, 16);
  const c = v128.load(cos);
  const s = v128.load(sin);
  const a = v128.shuffle<f32>(near, next, 0, 2, 4, 6);
  const b = v128.shuffle<f32>(near, next, 1, 3, 5, 7);
  const first = f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s));
  const second = f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s));
  v128.store(out, v128.shuffle<f32>(first, second, 0, 4, 1, 5));
  v128.store(out, v128.shuffle<f32>(first, second, 2, 6, 3, 7), 16);
}

function turnPair(out: usize, x: usize, far: usize, cos: usize, sin: usize): void {
  const a = load<f32>(x);
  const b = load<f32>(x + far);
  const c = load<f32>(cos);
  const s = load<f32>(sin);
  store<f32>(out, a * c - b * s);
  store<f32>(out + far, b * c + a * s);
}

/** The last pairs, fewer than eight, and what is passed through. */
function finishHalves(
  out: usize,
  x: usize,
  cos: usize,
  sin: usize,
  whole: usize,
  far: usize,
  rest: i32,
): void {
  let j = whole;
  if (j + 16 <= far) {
    const a = v128.load(x + j);
    const b = v128.load(x + j + far);
    const c = v128.load(cos + j);
    const s = v128.load(sin + j);
    v128.store(out + j, f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s)));
    v128.store(out + j + far, f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s)));
    j += 16;
  }
  for (; j < far; j += 4) turnPair(out + j, x + j, far, cos + j, sin + j);
  if (out !== x) copyFloats(out + 2 * far, x + 2 * far, rest);
}

function finishInterleaved(
  out: usize,
  x: usize,
  cos: usize,
  sin: usize,
  whole: usize,
  far: usize,
  rest: i32,
): void {
  let j = whole;
  if (j + 16 <= far) {
    turnInterleaved(out + 2 * j, x + 2 * j, cos + j, sin + j);
    j += 16;
  }
  for (; j < far; j += 4) turnPair(out + 2 * j, x + 2 * j, 4, cos + j, sin + j);
  if (out !== x) copyFloats(out + 2 * far, x + 2 * far, rest);
}
