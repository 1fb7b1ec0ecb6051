// Pairs (a, b) → (a·cos − b·sin, b·cos + a·sin).
//
// `x` and `out` have the same steps, in bytes. So many `sharers`, `sharerStep` apart, have the same cosines and sines;
// there are `rows` of those, `tableStep` apart, for rows of `x` that are `rowStep` apart. `rest` floats after the pairs
// are passed through.
//
// Memory is passed in the order of the smaller step; of sharers far apart so many as `side` says are turned side by
// side: streams that a processor fetches ahead of. Four sharers at a time have the cosines and sines in registers.

import { copyFloats } from "./copy";

/** Pairs are (i, i + half), or (2i, 2i + 1) where they are `interleaved`. */
export function rotate(
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
  side: i32,
  interleaved: bool,
): void {
  const far = (<usize>half) << 2;
  const whole = interleaved ? far & ~15 : far & ~31;
  const most = sharerStep <= rowStep ? sharers : side;
  for (let n = 0; n < sharers; n += most) {
    const width = min(most, sharers - n);
    let o = out;
    let i = x;
    let c = cos;
    let s = sin;
    for (let r = 0; r < rows; r++) {
      if (interleaved) turnInterleaved(o, i, c, s, width, sharerStep, whole);
      else turnHalves(o, i, c, s, width, sharerStep, whole, far);
      if (whole < far || rest > 0) finish(o, i, c, s, width, sharerStep, whole, far, rest, interleaved);
      o += rowStep;
      i += rowStep;
      c += tableStep;
      s += tableStep;
    }
    out += <usize>width * sharerStep;
    x += <usize>width * sharerStep;
  }
}

/** `whole` bytes of the cosines, eight pairs at a time. */
function turnHalves(
  out: usize,
  x: usize,
  cos: usize,
  sin: usize,
  sharers: i32,
  step: usize,
  whole: usize,
  far: usize,
): void {
  let n = 4;
  for (; n <= sharers; n += 4) {
    for (let j: usize = 0; j < whole; j += 32) {
      const c0 = v128.load(cos + j);
      const c1 = v128.load(cos + j, 16);
      const s0 = v128.load(sin + j);
      const s1 = v128.load(sin + j, 16);
      let o = out + j;
      let i = x + j;
      turnEight(o, i, far, c0, c1, s0, s1);
      o += step;
      i += step;
      turnEight(o, i, far, c0, c1, s0, s1);
      o += step;
      i += step;
      turnEight(o, i, far, c0, c1, s0, s1);
      o += step;
      i += step;
      turnEight(o, i, far, c0, c1, s0, s1);
    }
    out += 4 * step;
    x += 4 * step;
  }
  for (n -= 4; n < sharers; n++) {
    for (let j: usize = 0; j < whole; j += 32) {
      const c = cos + j;
      const s = sin + j;
      turnEight(out + j, x + j, far, v128.load(c), v128.load(c, 16), v128.load(s), v128.load(s, 16));
    }
    out += step;
    x += step;
  }
}

/** Eight pairs. */
function turnEight(out: usize, x: usize, far: usize, c0: v128, c1: v128, s0: v128, s1: v128): void {
  const a0 = v128.load(x);
  const a1 = v128.load(x, 16);
  const b0 = v128.load(x + far);
  const b1 = v128.load(x + far, 16);
  v128.store(out, minus(a0, c0, b0, s0));
  v128.store(out, minus(a1, c1, b1, s1), 16);
  v128.store(out + far, plus(b0, c0, a0, s0));
  v128.store(out + far, plus(b1, c1, a1, s1), 16);
}

function minus(a: v128, c: v128, b: v128, s: v128): v128 {
  return f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s));
}

function plus(b: v128, c: v128, a: v128, s: v128): v128 {
  return f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s));
}

/** The same, four pairs at a time. */
function turnInterleaved(
  out: usize,
  x: usize,
  cos: usize,
  sin: usize,
  sharers: i32,
  step: usize,
  whole: usize,
): void {
  let n = 4;
  for (; n <= sharers; n += 4) {
    for (let j: usize = 0; j < whole; j += 16) {
      const c = v128.load(cos + j);
      const s = v128.load(sin + j);
      const c0 = v128.shuffle<f32>(c, c, 0, 0, 1, 1);
      const c1 = v128.shuffle<f32>(c, c, 2, 2, 3, 3);
      const s0 = v128.xor(v128.shuffle<f32>(s, s, 0, 0, 1, 1), SIGNS);
      const s1 = v128.xor(v128.shuffle<f32>(s, s, 2, 2, 3, 3), SIGNS);
      let o = out + 2 * j;
      let i = x + 2 * j;
      turnTogether(o, i, c0, c1, s0, s1);
      o += step;
      i += step;
      turnTogether(o, i, c0, c1, s0, s1);
      o += step;
      i += step;
      turnTogether(o, i, c0, c1, s0, s1);
      o += step;
      i += step;
      turnTogether(o, i, c0, c1, s0, s1);
    }
    out += 4 * step;
    x += 4 * step;
  }
  for (n -= 4; n < sharers; n++) {
    for (let j: usize = 0; j < whole; j += 16) {
      turnNeighbours(out + 2 * j, x + 2 * j, v128.load(cos + j), v128.load(sin + j));
    }
    out += step;
    x += step;
  }
}

/** Signs that turn: −, +, −, +. */
const SIGNS: v128 = i32x4(i32.MIN_VALUE, 0, i32.MIN_VALUE, 0);

/** Four pairs, with cosines and signed sines for each of their floats. */
function turnTogether(out: usize, x: usize, c0: v128, c1: v128, s0: v128, s1: v128): void {
  const x0 = v128.load(x);
  const x1 = v128.load(x, 16);
  v128.store(out, plus(x0, c0, v128.shuffle<f32>(x0, x0, 1, 0, 3, 2), s0));
  v128.store(out, plus(x1, c1, v128.shuffle<f32>(x1, x1, 1, 0, 3, 2), s1), 16);
}

/** Four pairs, with a cosine and a sine each. */
function turnNeighbours(out: usize, x: usize, c: v128, s: v128): void {
  const near = v128.load(x);
  const next = v128.load(x, 16);
  const a = v128.shuffle<f32>(near, next, 0, 2, 4, 6);
  const b = v128.shuffle<f32>(near, next, 1, 3, 5, 7);
  const first = minus(a, c, b, s);
  const second = plus(b, c, a, s);
  v128.store(out, v128.shuffle<f32>(first, second, 0, 4, 1, 5));
  v128.store(out, v128.shuffle<f32>(first, second, 2, 6, 3, 7), 16);
}

/** The last pairs, and what is passed through. */
function finish(
  out: usize,
  x: usize,
  cos: usize,
  sin: usize,
  sharers: i32,
  step: usize,
  whole: usize,
  far: usize,
  rest: i32,
  interleaved: bool,
): void {
  for (let n = 0; n < sharers; n++) {
    for (let j: usize = whole; j < far; j += 4) {
      let at = j;
      if (interleaved) at += j;
      turnPair(out + at, x + at, interleaved ? 4 : far, cos + j, sin + j);
    }
    if (out !== x) copyFloats(out + 2 * far, x + 2 * far, rest);
    out += step;
    x += step;
  }
}

function turnPair(out: usize, x: usize, far: usize, cos: usize, sin: usize): void {
  const a = load<f32>(x);
  const b = load<f32>(x + far);
  const c = load<f32>(cos);
  const s = load<f32>(sin);
  store<f32>(out, a * c - b * s);
  store<f32>(out + far, b * c + a * s);
}
