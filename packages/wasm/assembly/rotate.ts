// Pairs (a, b) → (a·cos − b·sin, b·cos + a·sin).
//
// `x` and `out` have the same steps, in bytes. So many `sharers`, `sharerStep` apart, have the same cosines and sines;
// there are `rows` of those, `tableStep` apart, for rows of `x` that are `rowStep` apart. Four sharers are turned at a
// time, so that a cosine is loaded once for four; memory is passed in the order of the smaller step. `rest` floats after the pairs are passed through.

import { copyFloats } from "./copy";

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
  if (sharerStep > rowStep) {
    eachOfHalves(out, x, cos, sin, sharers, sharerStep, rows, rowStep, tableStep, half, rest);
    return;
  }
  for (let r = 0; r < rows; r++) {
    eachOfHalves(out, x, cos, sin, sharers, sharerStep, 1, 0, 0, half, rest);
    out += rowStep;
    x += rowStep;
    cos += tableStep;
    sin += tableStep;
  }
}

function eachOfHalves(
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
  const far = (<usize>half) << 2;
  const whole = far & ~15;
  let n = 0;
  for (; n + 4 <= sharers; n += 4) {
    let o = out;
    let i = x;
    let c = cos;
    let s = sin;
    for (let r = 0; r < rows; r++) {
      for (let j: usize = 0; j < whole; j += 16) {
        const cs = v128.load(c + j);
        const sn = v128.load(s + j);
        let oj = o + j;
        let ij = i + j;
        turnHalves(oj, ij, far, cs, sn);
        oj += sharerStep;
        ij += sharerStep;
        turnHalves(oj, ij, far, cs, sn);
        oj += sharerStep;
        ij += sharerStep;
        turnHalves(oj, ij, far, cs, sn);
        oj += sharerStep;
        ij += sharerStep;
        turnHalves(oj, ij, far, cs, sn);
      }
      if (whole < far || rest > 0) {
        for (let k: usize = 0; k < 4; k++) {
          finishHalves(o + k * sharerStep, i + k * sharerStep, c, s, whole, far, rest);
        }
      }
      o += rowStep;
      i += rowStep;
      c += tableStep;
      s += tableStep;
    }
    x += 4 * sharerStep;
    out += 4 * sharerStep;
  }
  for (; n < sharers; n++) {
    let o = out;
    let i = x;
    let c = cos;
    let s = sin;
    for (let r = 0; r < rows; r++) {
      for (let j: usize = 0; j < whole; j += 16) {
        turnHalves(o + j, i + j, far, v128.load(c + j), v128.load(s + j));
      }
      if (whole < far || rest > 0) finishHalves(o, i, c, s, whole, far, rest);
      o += rowStep;
      i += rowStep;
      c += tableStep;
      s += tableStep;
    }
    x += sharerStep;
    out += sharerStep;
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
  if (sharerStep > rowStep) {
    eachOfInterleaved(out, x, cos, sin, sharers, sharerStep, rows, rowStep, tableStep, half, rest);
    return;
  }
  for (let r = 0; r < rows; r++) {
    eachOfInterleaved(out, x, cos, sin, sharers, sharerStep, 1, 0, 0, half, rest);
    out += rowStep;
    x += rowStep;
    cos += tableStep;
    sin += tableStep;
  }
}

function eachOfInterleaved(
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
  const far = (<usize>half) << 2;
  const whole = far & ~15;
  let n = 0;
  for (; n + 4 <= sharers; n += 4) {
    let o = out;
    let i = x;
    let c = cos;
    let s = sin;
    for (let r = 0; r < rows; r++) {
      for (let j: usize = 0; j < whole; j += 16) {
        const cs = v128.load(c + j);
        const sn = v128.load(s + j);
        let oj = o + 2 * j;
        let ij = i + 2 * j;
        turnInterleaved(oj, ij, cs, sn);
        oj += sharerStep;
        ij += sharerStep;
        turnInterleaved(oj, ij, cs, sn);
        oj += sharerStep;
        ij += sharerStep;
        turnInterleaved(oj, ij, cs, sn);
        oj += sharerStep;
        ij += sharerStep;
        turnInterleaved(oj, ij, cs, sn);
      }
      if (whole < far || rest > 0) {
        for (let k: usize = 0; k < 4; k++) {
          finishInterleaved(o + k * sharerStep, i + k * sharerStep, c, s, whole, far, rest);
        }
      }
      o += rowStep;
      i += rowStep;
      c += tableStep;
      s += tableStep;
    }
    x += 4 * sharerStep;
    out += 4 * sharerStep;
  }
  for (; n < sharers; n++) {
    let o = out;
    let i = x;
    let c = cos;
    let s = sin;
    for (let r = 0; r < rows; r++) {
      for (let j: usize = 0; j < whole; j += 16) {
        turnInterleaved(o + 2 * j, i + 2 * j, v128.load(c + j), v128.load(s + j));
      }
      if (whole < far || rest > 0) finishInterleaved(o, i, c, s, whole, far, rest);
      o += rowStep;
      i += rowStep;
      c += tableStep;
      s += tableStep;
    }
    x += sharerStep;
    out += sharerStep;
  }
}

function turnHalves(out: usize, x: usize, far: usize, c: v128, s: v128): void {
  const a = v128.load(x);
  const b = v128.load(x + far);
  v128.store(out, f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s)));
  v128.store(out + far, f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s)));
}

function turnInterleaved(out: usize, x: usize, c: v128, s: v128): void {
  const near = v128.load(x);
  const next = v128.load(x, 16);
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

/** The pairs that do not fill a vector, and what is passed through. */
function finishHalves(
  out: usize,
  x: usize,
  cos: usize,
  sin: usize,
  whole: usize,
  far: usize,
  rest: i32,
): void {
  for (let j = whole; j < far; j += 4) turnPair(out + j, x + j, far, cos + j, sin + j);
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
