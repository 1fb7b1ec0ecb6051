// Pairs (a, b) → (a·cos − b·sin, b·cos + a·sin).
//
// `x` and `out` have the same steps, in bytes. So many `sharers`, `sharerStep` apart, have the same cosines and sines;
// there are `rows` of those, `tableStep` apart, for rows of `x` that are `rowStep` apart. `rest` floats after the pairs
// are passed through.
//
// Memory is passed in the order of the smaller step, but for sharers far apart eight side by side: as many streams as a
// processor fetches ahead of. The halves of a row are written to two lines at a time, and stores to lines that are not
// at hand wait for each other; so what lies a little ahead in `out` is touched. What was touched is returned, so that no
// compiler leaves it out.

import { copyFloats } from "./copy";

/** How many sharers far apart are turned side by side. */
const SIDE: i32 = 8;
/** How far ahead `out` is touched, in bytes. */
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
  const row = (<usize>(2 * half + rest)) << 2;
  const end = out + <usize>(sharers - 1) * sharerStep + <usize>(rows - 1) * rowStep + row;
  let touched = i32x4.splat(0);
  if (sharerStep <= rowStep) {
    const group = <usize>(sharers - 1) * sharerStep + row + AHEAD;
    for (let r = 0; r < rows; r++) {
      const ahead = out + group <= end ? AHEAD : 0;
      touched = v128.xor(touched, shareHalves(out, x, cos, sin, sharers, sharerStep, half, rest, ahead));
      out += rowStep;
      x += rowStep;
      cos += tableStep;
      sin += tableStep;
    }
    return i32x4.extract_lane(touched, 0);
  }
  for (let n = 0; n < sharers; n += SIDE) {
    const width = min(SIDE, sharers - n);
    const group = <usize>(width - 1) * sharerStep + row + AHEAD;
    for (let r: usize = 0; r < <usize>rows; r++) {
      const o = out + r * rowStep;
      const i = x + r * rowStep;
      const table = r * tableStep;
      const ahead = o + group <= end ? AHEAD : 0;
      const some = shareHalves(o, i, cos + table, sin + table, width, sharerStep, half, rest, ahead);
      touched = v128.xor(touched, some);
    }
    out += <usize>width * sharerStep;
    x += <usize>width * sharerStep;
  }
  return i32x4.extract_lane(touched, 0);
}

/** One row of each sharer. Apart from the loops around it, so that its addresses stay in registers. */
function shareHalves(
  out: usize,
  x: usize,
  cos: usize,
  sin: usize,
  sharers: i32,
  step: usize,
  half: i32,
  rest: i32,
  ahead: usize,
): v128 {
  const far = (<usize>half) << 2;
  const whole = far & ~31;
  let touched = i32x4.splat(0);
  for (let n = 0; n < sharers; n++) {
    for (let j: usize = 0; j < whole; j += 32) {
      touched = v128.xor(touched, v128.load(out + 2 * j + ahead));
      turnHalves(out + j, x + j, far, cos + j, sin + j);
    }
    if (whole < far || rest > 0) finishHalves(out, x, cos, sin, whole, far, rest);
    out += step;
    x += step;
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
): void {
  if (sharerStep <= rowStep) {
    for (let r = 0; r < rows; r++) {
      shareInterleaved(out, x, cos, sin, sharers, sharerStep, half, rest);
      out += rowStep;
      x += rowStep;
      cos += tableStep;
      sin += tableStep;
    }
    return;
  }
  for (let n = 0; n < sharers; n += SIDE) {
    const width = min(SIDE, sharers - n);
    for (let r: usize = 0; r < <usize>rows; r++) {
      const row = r * rowStep;
      const table = r * tableStep;
      shareInterleaved(out + row, x + row, cos + table, sin + table, width, sharerStep, half, rest);
    }
    out += <usize>width * sharerStep;
    x += <usize>width * sharerStep;
  }
}

function shareInterleaved(
  out: usize,
  x: usize,
  cos: usize,
  sin: usize,
  sharers: i32,
  step: usize,
  half: i32,
  rest: i32,
): void {
  const far = (<usize>half) << 2;
  const whole = far & ~31;
  for (let n = 0; n < sharers; n++) {
    for (let j: usize = 0; j < whole; j += 32) {
      turnInterleaved(out + 2 * j, x + 2 * j, cos + j, sin + j);
      turnInterleaved(out + 2 * j + 32, x + 2 * j + 32, cos + j + 16, sin + j + 16);
    }
    if (whole < far || rest > 0) finishInterleaved(out, x, cos, sin, whole, far, rest);
    out += step;
    x += step;
  }
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
