// Sines and cosines of positions × frequencies, in float64 until the last rounding.
//
// A whole position is 64·h + l, l from -32 to 31, and its waves are those of 64·h and of l by addition of angles:
// sin(a ± b) = sin a · cos b ± cos a · sin b, cos(a ± b) = cos a · cos b ∓ sin a · sin b. The waves of l are made once,
// those of 64·h once for 64 positions in a row; the rows of l and -l, both there, share their products. A value near
// zero may have lost digits; the row of such a one, and that of a fraction, is made directly.
//
// A frequency is three float64 numbers in three planes, of `plane` bytes each: the first two have so few bits that their
// products with a position are exact. A multiple of π/2 is taken off in three parts, likewise (Cody and Waite 1980),
// with the rounding errors kept (Knuth 1969); what is left goes into the polynomials of fdlibm (Sun 1993).

import { storeSome } from "./lanes";

const INVERSE: f64 = 0.6366197723675814; // 2 / π
const PART_1: f64 = 1.570796251296997; // π / 2, 24 bits
const PART_2: f64 = 7.549789415861596e-8; // the next 24
const PART_3: f64 = 5.390302858158119e-15;
const SHIFT: f64 = 6755399441055744; // 1.5 · 2^52: adding it rounds to whole numbers

/** One position: sines and cosines of `plane` / 8 frequencies, float64. */
function waves(position: f64, frequencies: usize, plane: usize, sin: usize, cos: usize): void {
  const p = f64x2.splat(position);
  const shift = f64x2.splat(SHIFT);
  const one = i64x2.splat(1);
  for (let j: usize = 0; j < plane; j += 16) {
    const f = frequencies + j;
    const a = f64x2.mul(p, v128.load(f));
    const b = f64x2.mul(p, v128.load(f + plane));
    const c = f64x2.mul(p, v128.load(f + 2 * plane));
    const t = f64x2.add(f64x2.mul(f64x2.add(a, b), f64x2.splat(INVERSE)), shift);
    const n = f64x2.sub(t, shift);

    const d = f64x2.sub(a, f64x2.mul(n, f64x2.splat(PART_1)));
    const m = f64x2.mul(n, f64x2.splat(PART_2));
    const u = f64x2.sub(d, m);
    const u1 = f64x2.sub(u, d);
    const lost = f64x2.sub(f64x2.sub(d, f64x2.sub(u, u1)), f64x2.add(m, u1));
    const w = f64x2.add(u, b);
    const w1 = f64x2.sub(w, u);
    const more = f64x2.add(f64x2.sub(u, f64x2.sub(w, w1)), f64x2.sub(b, w1));
    const small = f64x2.sub(c, f64x2.mul(n, f64x2.splat(PART_3)));
    const r = f64x2.add(w, f64x2.add(f64x2.add(lost, more), small));

    const z = f64x2.mul(r, r);
    let y = f64x2.add(f64x2.mul(z, f64x2.splat(1.58969099521155e-10)), f64x2.splat(-2.5050760253406863e-8));
    y = f64x2.add(f64x2.mul(z, y), f64x2.splat(2.7557313707070068e-6));
    y = f64x2.add(f64x2.mul(z, y), f64x2.splat(-0.0001984126982985795));
    y = f64x2.add(f64x2.mul(z, y), f64x2.splat(0.00833333333332249));
    y = f64x2.add(f64x2.mul(z, y), f64x2.splat(-0.16666666666666632));
    const s = f64x2.add(r, f64x2.mul(f64x2.mul(z, r), y));
    y = f64x2.add(f64x2.mul(z, f64x2.splat(-1.1359647557788195e-11)), f64x2.splat(2.087572321298175e-9));
    y = f64x2.add(f64x2.mul(z, y), f64x2.splat(-2.7557314351390663e-7));
    y = f64x2.add(f64x2.mul(z, y), f64x2.splat(2.480158728947673e-5));
    y = f64x2.add(f64x2.mul(z, y), f64x2.splat(-0.001388888888887411));
    y = f64x2.add(f64x2.mul(z, y), f64x2.splat(0.0416666666666666));
    const k = f64x2.sub(
      f64x2.splat(1),
      f64x2.sub(f64x2.mul(z, f64x2.splat(0.5)), f64x2.mul(f64x2.mul(z, z), y)),
    );

    // the last two bits of t are the quadrant
    const odd = i64x2.neg(v128.and(t, one));
    const sinSign = i64x2.shl(v128.and(t, i64x2.splat(2)), 62);
    const cosSign = i64x2.shl(v128.and(i64x2.add(t, one), i64x2.splat(2)), 62);
    v128.store(sin + j, v128.xor(v128.bitselect(k, s, odd), sinSign));
    v128.store(cos + j, v128.xor(v128.bitselect(s, k, odd), cosSign));
  }
}

/** float64 → float32, `count` of them. */
function narrow(out: usize, from: usize, count: i32, amplitude: f64): void {
  const a = f64x2.splat(amplitude);
  let j = 0;
  for (; j + 4 <= count; j += 4) {
    v128.store(out, join(f64x2.mul(v128.load(from), a), f64x2.mul(v128.load(from, 16), a)));
    out += 16;
    from += 32;
  }
  for (; j < count; j++) {
    store<f32>(out, <f32>(load<f64>(from) * amplitude));
    out += 4;
    from += 8;
  }
}

function join(low: v128, high: v128): v128 {
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** Positions that have one h. */
const BLOCK: f64 = 64;

/**
 * float64 `positions` [rows] → `sin` and `cos` [rows, count].
 *
 * @param least a row with a smaller |sin · cos| is made directly
 * @param work 70 planes
 */
export function sincos(
  sin: usize,
  cos: usize,
  positions: usize,
  rows: i32,
  frequencies: usize,
  count: i32,
  amplitude: f64,
  least: f32,
  work: usize,
): void {
  const plane = (<usize>((count + 3) & ~3)) << 3;
  const step = (<usize>count) << 2;
  const high = work + 2 * plane;
  const block = work + 4 * plane;
  let ready: u64 = 0; // which of the block's rows have been made
  let start: f64 = NaN;
  for (let r = 0; r < rows; r++) {
    const position = load<f64>(positions + ((<usize>r) << 3));
    const o = <usize>r * step;
    if (floor(position) !== position) {
      direct(position, sin + o, cos + o, frequencies, plane, count, amplitude, work);
      continue;
    }
    const middle = floor(position * (1 / BLOCK) + 0.5) * BLOCK;
    if (middle !== start) {
      start = middle;
      waves(start, frequencies, plane, high, high + plane);
      scale(high, 2 * plane, amplitude);
    }
    const rest = <i32>(position - start);
    const mirror = r - 2 * rest;
    const paired =
      (count & 3) === 0 &&
      rest > -BLOCK / 2 &&
      rest !== 0 &&
      <u32>mirror < <u32>rows &&
      load<f64>(positions + ((<usize>mirror) << 3)) === position - <f64>(2 * rest);
    if (paired && rest > 0) continue;

    const distance = abs(rest);
    const low = block + <usize>distance * 2 * plane;
    if ((ready & ((<u64>1) << distance)) === 0) {
      ready |= (<u64>1) << distance;
      waves(<f64>distance, frequencies, plane, low, low + plane);
    }
    if (paired) {
      const m = <usize>mirror * step;
      if (both(sin + m, cos + m, sin + o, cos + o, high, low, plane, step) >= least) continue;
      if (addAngles(sin + m, cos + m, high, low, plane, count, 1) < least) {
        direct(start + <f64>distance, sin + m, cos + m, frequencies, plane, count, amplitude, work);
      }
    }
    if (addAngles(sin + o, cos + o, high, low, plane, count, rest < 0 ? -1 : 1) < least) {
      direct(position, sin + o, cos + o, frequencies, plane, count, amplitude, work);
    }
  }
}

function direct(
  position: f64,
  sin: usize,
  cos: usize,
  frequencies: usize,
  plane: usize,
  count: i32,
  amplitude: f64,
  work: usize,
): void {
  waves(position, frequencies, plane, work, work + plane);
  narrow(sin, work, count, amplitude);
  narrow(cos, work + plane, count, amplitude);
}

function scale(at: usize, bytes: usize, factor: f64): void {
  const f = f64x2.splat(factor);
  for (let j: usize = 0; j < bytes; j += 16) v128.store(at + j, f64x2.mul(v128.load(at + j), f));
}

/** One row, of high + sign · low; returns the smallest |sin · cos|. */
function addAngles(
  sin: usize,
  cos: usize,
  high: usize,
  low: usize,
  plane: usize,
  count: i32,
  sign: f64,
): f32 {
  const end = (<usize>count) << 2;
  const signs = f64x2.splat(sign);
  let least = f32x4.splat(Infinity);
  for (let o: usize = 0; o < end; o += 16) {
    const h = high + 2 * o;
    const l = low + 2 * o;
    const hs0 = v128.load(h);
    const hs1 = v128.load(h, 16);
    const hc0 = v128.load(h + plane);
    const hc1 = v128.load(h + plane, 16);
    const ls0 = f64x2.mul(v128.load(l), signs);
    const ls1 = f64x2.mul(v128.load(l, 16), signs);
    const lc0 = v128.load(l + plane);
    const lc1 = v128.load(l + plane, 16);
    const s = join(
      f64x2.add(f64x2.mul(hs0, lc0), f64x2.mul(hc0, ls0)),
      f64x2.add(f64x2.mul(hs1, lc1), f64x2.mul(hc1, ls1)),
    );
    const c = join(
      f64x2.sub(f64x2.mul(hc0, lc0), f64x2.mul(hs0, ls0)),
      f64x2.sub(f64x2.mul(hc1, lc1), f64x2.mul(hs1, ls1)),
    );
    least = f32x4.pmin(least, f32x4.abs(f32x4.mul(s, c)));
    put(sin, o, end, s);
    put(cos, o, end, c);
  }
  return smallest(least);
}

/**
 * The rows of high + low and of high - low, bit for bit as `addAngles` makes them, of `end` bytes, a multiple of 16;
 * returns the smallest |sin · cos|.
 */
function both(
  sin: usize,
  cos: usize,
  sinOfLess: usize,
  cosOfLess: usize,
  high: usize,
  low: usize,
  plane: usize,
  end: usize,
): f32 {
  const notSign = i32x4.splat(0x7fffffff); // one instruction less than f32x4.abs
  let least = f32x4.splat(Infinity);
  let highCos = high + plane;
  let lowCos = low + plane;
  for (let o: usize = 0; o < end; o += 16) {
    const hs0 = v128.load(high);
    const lc0 = v128.load(lowCos);
    const sc0 = f64x2.mul(hs0, lc0);
    const ls0 = v128.load(low);
    const hc0 = v128.load(highCos);
    const cs0 = f64x2.mul(hc0, ls0);
    const cc0 = f64x2.mul(hc0, lc0);
    const ss0 = f64x2.mul(hs0, ls0);
    const hs1 = v128.load(high, 16);
    const lc1 = v128.load(lowCos, 16);
    const sc1 = f64x2.mul(hs1, lc1);
    const ls1 = v128.load(low, 16);
    const hc1 = v128.load(highCos, 16);
    const cs1 = f64x2.mul(hc1, ls1);
    const cc1 = f64x2.mul(hc1, lc1);
    const ss1 = f64x2.mul(hs1, ls1);
    const s = join(f64x2.add(sc0, cs0), f64x2.add(sc1, cs1));
    v128.store(sin + o, s);
    const c = join(f64x2.sub(cc0, ss0), f64x2.sub(cc1, ss1));
    v128.store(cos + o, c);
    const t = join(f64x2.sub(sc0, cs0), f64x2.sub(sc1, cs1));
    v128.store(sinOfLess + o, t);
    const d = join(f64x2.add(cc0, ss0), f64x2.add(cc1, ss1));
    v128.store(cosOfLess + o, d);
    least = f32x4.pmin(least, v128.and(f32x4.mul(s, c), notSign));
    least = f32x4.pmin(least, v128.and(f32x4.mul(t, d), notSign));
    high += 32;
    highCos += 32;
    low += 32;
    lowCos += 32;
  }
  return smallest(least);
}

function put(row: usize, o: usize, end: usize, values: v128): void {
  if (o + 16 <= end) v128.store(row + o, values);
  else storeSome(row + o, <i32>((end - o) >> 2), values);
}

function smallest(least: v128): f32 {
  least = f32x4.pmin(least, v128.shuffle<f32>(least, least, 2, 3, 0, 1));
  least = f32x4.pmin(least, v128.shuffle<f32>(least, least, 1, 0, 3, 2));
  return f32x4.extract_lane(least, 0);
}
