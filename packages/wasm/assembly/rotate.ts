// Pairs (a, b) → (a·cos − b·sin, b·cos + a·sin).
//
// `x` and `out` have the same steps, in bytes. So many `sharers`, `sharerStep` apart, have the same cosines and sines;
// there are `rows` of those, `tableStep` apart, for rows of `x` that are `rowStep` apart. `rest` floats after the pairs
// are passed through.
//
// Memory is passed in the order of the smaller step, but for sharers far apart sixteen side by side: as many streams as a
// processor fetches ahead of.

import { copyFloats } from "./copy";

/** How many sharers far apart are turned side by side. */
const SIDE: i32 = 16;

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
): void {
  const side = sharerStep <= rowStep ? sharers : SIDE;
  for (let n = 0; n < sharers; n += side) {
    const width = min(side, sharers - n);
    for (let r: usize = 0; r < <usize>rows; r++) {
      const row = r * rowStep;
      const table = r * tableStep;
      shareHalves(out + row, x + row, cos + table, sin + table, width, sharerStep, half, rest);
    }
    out += <usize>width * sharerStep;
    x += <usize>width * sharerStep;
  }
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
  const side = sharerStep <= rowStep ? sharers : SIDE;
  for (let n = 0; n < sharers; n += side) {
    const width = min(side, sharers - n);
    for (let r: usize = 0; r < <usize>rows; r++) {
      const row = r * rowStep;
      const table = r * tableStep;
      shareInterleaved(out + row, x + row, cos + table, sin + table, width, sharerStep, half, rest);
    }
    out += <usize>width * sharerStep;
    x += <usize>width * sharerStep;
  }
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
): void {
  const far = (<usize>half) << 2;
  const whole = far & ~63;
  for (let n = 0; n < sharers; n++) {
    for (let j: usize = 0; j < whole; j += 64) turnHalves(out + j, x + j, far, cos + j, sin + j);
    if (whole < far || rest > 0) finishHalves(out, x, cos, sin, whole, far, rest);
    out += step;
    x += step;
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
  const whole = far & ~15;
  for (let n = 0; n < sharers; n++) {
    for (let j: usize = 0; j < whole; j += 16) {
      turnInterleaved(out + 2 * j, x + 2 * j, cos + j, sin + j);
    }
    if (whole < far || rest > 0) finishInterleaved(out, x, cos, sin, whole, far, rest);
    out += step;
    x += step;
  }
}

/**
 * Sixteen pairs, a line of the one half, then of the other: stores to two lines in turn wait for each other. All are
 * loaded before any is stored, so that `out` may be `x`.
 */
function turnHalves(out: usize, x: usize, far: usize, cos: usize, sin: usize): void {
  const a0 = v128.load(x);
  const a1 = v128.load(x, 16);
  const a2 = v128.load(x, 32);
  const a3 = v128.load(x, 48);
  const b0 = v128.load(x + far);
  const b1 = v128.load(x + far, 16);
  const b2 = v128.load(x + far, 32);
  const b3 = v128.load(x + far, 48);
  v128.store(out, minus(a0, v128.load(cos), b0, v128.load(sin)));
  v128.store(out, minus(a1, v128.load(cos, 16), b1, v128.load(sin, 16)), 16);
  v128.store(out, minus(a2, v128.load(cos, 32), b2, v128.load(sin, 32)), 32);
  v128.store(out, minus(a3, v128.load(cos, 48), b3, v128.load(sin, 48)), 48);
  v128.store(out + far, plus(b0, v128.load(cos), a0, v128.load(sin)));
  v128.store(out + far, plus(b1, v128.load(cos, 16), a1, v128.load(sin, 16)), 16);
  v128.store(out + far, plus(b2, v128.load(cos, 32), a2, v128.load(sin, 32)), 32);
  v128.store(out + far, plus(b3, v128.load(cos, 48), a3, v128.load(sin, 48)), 48);
}

function minus(a: v128, c: v128, b: v128, s: v128): v128 {
  return f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s));
}

function plus(b: v128, c: v128, a: v128, s: v128): v128 {
  return f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s));
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

/** The last pairs, fewer than sixteen, and what is passed through. */
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
  for (; j + 16 <= far; j += 16) {
    const a = v128.load(x + j);
    const b = v128.load(x + j + far);
    const c = v128.load(cos + j);
    const s = v128.load(sin + j);
    v128.store(out + j, minus(a, c, b, s));
    v128.store(out + j + far, plus(b, c, a, s));
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
  for (let j = whole; j < far; j += 4) turnPair(out + 2 * j, x + 2 * j, 4, cos + j, sin + j);
  if (out !== x) copyFloats(out + 2 * far, x + 2 * far, rest);
}
