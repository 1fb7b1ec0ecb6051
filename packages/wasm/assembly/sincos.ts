// Sines and cosines of positions × frequencies, in float64 until the last rounding.
//
// A whole position is 1024·g + (64·m + 31.5) ± (d + 0.5), with m from 0 to 15 and d from 0 to 31. Its waves are those of
// the three by addition of angles: sin(a ± b) = sin a · cos b ± cos a · sin b, cos(a ± b) = cos a · cos b ∓ sin a · sin b.
// Those of m and d are made once, of g once for 1024 positions in a row, of the first two together once for 64; the rows
// of +d and -d, both there, share their products. A value near zero may have lost digits; the row of such a one, and that
// of a fraction, is made directly.
//
// A frequency is three float64 numbers in three planes, of `plane` bytes each: the first two have so few bits that their
// products with a position are exact. A multiple of π/2 is taken off in three parts, likewise (Cody and Waite 1980),
// with the rounding errors kept (Knuth 1969); what is left goes into the polynomials of fdlibm (Sun 1993).
//
// The numbers of that stand behind the planes, in the order of src/plain/numbers.ts: constants V8 would make anew for
// every vector. Waves are float64: the sines of two frequencies, their cosines, those of the next two.

import { storeSome } from "./lanes";

/** The waves of one position, of `plane` / 8 frequencies. */
function waves(position: f64, frequencies: usize, plane: usize, to: usize): void {
  const p = f64x2.splat(position);
  const k = frequencies + 3 * plane;
  const end = frequencies + plane;
  for (let f = frequencies; f < end; f += 16) {
    const a = f64x2.mul(p, v128.load(f));
    const b = f64x2.mul(p, v128.load(f + plane));
    const c = f64x2.mul(p, v128.load(f + 2 * plane));
    const shift = v128.load64_splat(k, 8);
    const t = f64x2.add(f64x2.mul(f64x2.add(a, b), v128.load64_splat(k)), shift);
    const n = f64x2.sub(t, shift);

    const d = f64x2.sub(a, f64x2.mul(n, v128.load64_splat(k, 16)));
    const m = f64x2.mul(n, v128.load64_splat(k, 24));
    const u = f64x2.sub(d, m);
    const u1 = f64x2.sub(u, d);
    const lost = f64x2.sub(f64x2.sub(d, f64x2.sub(u, u1)), f64x2.add(m, u1));
    const w = f64x2.add(u, b);
    const w1 = f64x2.sub(w, u);
    const more = f64x2.add(f64x2.sub(u, f64x2.sub(w, w1)), f64x2.sub(b, w1));
    const small = f64x2.sub(c, f64x2.mul(n, v128.load64_splat(k, 32)));
    const r = f64x2.add(w, f64x2.add(f64x2.add(lost, more), small));

    const z = f64x2.mul(r, r);
    let y = f64x2.add(f64x2.mul(z, v128.load64_splat(k, 40)), v128.load64_splat(k, 48));
    y = f64x2.add(f64x2.mul(z, y), v128.load64_splat(k, 56));
    y = f64x2.add(f64x2.mul(z, y), v128.load64_splat(k, 64));
    y = f64x2.add(f64x2.mul(z, y), v128.load64_splat(k, 72));
    y = f64x2.add(f64x2.mul(z, y), v128.load64_splat(k, 80));
    const s = f64x2.add(r, f64x2.mul(f64x2.mul(z, r), y));
    y = f64x2.add(f64x2.mul(z, v128.load64_splat(k, 88)), v128.load64_splat(k, 96));
    y = f64x2.add(f64x2.mul(z, y), v128.load64_splat(k, 104));
    y = f64x2.add(f64x2.mul(z, y), v128.load64_splat(k, 112));
    y = f64x2.add(f64x2.mul(z, y), v128.load64_splat(k, 120));
    y = f64x2.add(f64x2.mul(z, y), v128.load64_splat(k, 128));
    const less = f64x2.sub(f64x2.mul(z, v128.load64_splat(k, 136)), f64x2.mul(f64x2.mul(z, z), y));
    const h = f64x2.sub(v128.load64_splat(k, 144), less);

    // the last two bits of t are the quadrant
    const one = v128.load64_splat(k, 152);
    const two = v128.load64_splat(k, 160);
    const odd = i64x2.neg(v128.and(t, one));
    const sinSign = i64x2.shl(v128.and(t, two), 62);
    const cosSign = i64x2.shl(v128.and(i64x2.add(t, one), two), 62);
    v128.store(to, v128.xor(v128.bitselect(h, s, odd), sinSign));
    v128.store(to, v128.xor(v128.bitselect(s, h, odd), cosSign), 16);
    to += 32;
  }
}

/** float64 → float32, two and two. */
function join(low: v128, high: v128): v128 {
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** Positions that have one m, half of them, and what has one g. */
const BLOCK: f64 = 64;
const HALF: i32 = 32;
const WIDE: f64 = 1024;
const MIDDLES: usize = 16;

/**
 * float64 `positions` [rows] → `sin` and `cos` [rows, count].
 *
 * @param least a row with a smaller |sin · cos| is made directly; below zero: positions are whole numbers in a row, and
 *   such rows are not looked for
 * @param work 102 planes
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
  const wide = work + 2 * plane;
  const high = wide + 2 * plane;
  const middles = high + 2 * plane;
  const lows = middles + 2 * MIDDLES * plane;
  const whole = (count & 3) === 0;
  // of a product whose other factor is at most amplitude² / 2; squared, and twice as much, for it has been rounded
  const bound = least * <f32>(amplitude * amplitude);
  const leastSquare = bound * bound;
  let hasMiddle: u32 = 0;
  let hasLow: u32 = 0;
  let wideStart: f64 = NaN;
  let start: f64 = NaN;
  for (let r = 0; r < rows; ) {
    const at = positions + ((<usize>r) << 3);
    const position = load<f64>(at);
    if (floor(position) !== position) {
      const o = <usize>r * step;
      direct(position, sin + o, cos + o, frequencies, plane, step, amplitude, work);
      r++;
      continue;
    }
    const base = floor(position * (1 / BLOCK)) * BLOCK;
    if (base !== start) {
      start = base;
      const wideBase = floor(position * (1 / WIDE)) * WIDE;
      if (wideBase !== wideStart) {
        wideStart = wideBase;
        waves(wideStart, frequencies, plane, wide);
      }
      const m = <u32>((start - wideStart) * (1 / BLOCK));
      const middle = middles + <usize>m * 2 * plane;
      if ((hasMiddle & (1 << m)) === 0) {
        hasMiddle |= 1 << m;
        waves(start - wideStart + (<f64>HALF - 0.5), frequencies, plane, middle);
      }
      turn(high, wide, middle, plane, amplitude);
    }

    // the rows from `first` to `last` of the block are in a row here
    const first = <i32>(position - base);
    const most = min(2 * HALF - first, rows - r);
    let n = least < 0 ? most : 1;
    while (n < most && load<f64>(at + ((<usize>n) << 3)) === position + <f64>n) n++;
    const last = first + n - 1;
    const nearest = max(0, max(first - HALF, HALF - 1 - last));
    const furthest = max(HALF - 1 - first, last - HALF);
    for (let d = nearest; d <= furthest; d++) {
      const low = lows + <usize>d * 2 * plane;
      if ((hasLow & (1 << d)) === 0) {
        hasLow |= 1 << d;
        waves(<f64>d + 0.5, frequencies, plane, low);
      }
      const up = HALF + d;
      const down = HALF - 1 - d;
      const o = <usize>(r + up - first) * step;
      const i = <usize>(r + down - first) * step;
      const both = up <= last && down >= first;
      if (both && whole) {
        if (least < 0) {
          mirrored<void>(sin + o, cos + o, sin + i, cos + i, high, low, step);
          continue;
        }
        if (mirrored<f32>(sin + o, cos + o, sin + i, cos + i, high, low, step) > leastSquare) continue;
      }
      if (up <= last && addAngles(sin + o, cos + o, high, low, step, 1) < least) {
        direct(base + <f64>up, sin + o, cos + o, frequencies, plane, step, amplitude, work);
      }
      if (down >= first && addAngles(sin + i, cos + i, high, low, step, -1) < least) {
        direct(base + <f64>down, sin + i, cos + i, frequencies, plane, step, amplitude, work);
      }
    }
    r += n;
  }
}

function direct(
  position: f64,
  sin: usize,
  cos: usize,
  frequencies: usize,
  plane: usize,
  end: usize,
  amplitude: f64,
  own: usize,
): void {
  waves(position, frequencies, plane, own);
  const a = f64x2.splat(amplitude);
  for (let o: usize = 0; o < end; o += 16) {
    put(sin, o, end, join(f64x2.mul(v128.load(own), a), f64x2.mul(v128.load(own, 32), a)));
    put(cos, o, end, join(f64x2.mul(v128.load(own, 16), a), f64x2.mul(v128.load(own, 48), a)));
    own += 64;
  }
}

/** The waves of a + b, times the amplitude. */
function turn(to: usize, a: usize, b: usize, plane: usize, amplitude: f64): void {
  const factor = f64x2.splat(amplitude);
  const end = to + 2 * plane;
  for (; to < end; to += 32) {
    const as = v128.load(a);
    const ac = v128.load(a, 16);
    const bs = v128.load(b);
    const bc = v128.load(b, 16);
    const s = f64x2.add(f64x2.mul(as, bc), f64x2.mul(ac, bs));
    const c = f64x2.sub(f64x2.mul(ac, bc), f64x2.mul(as, bs));
    v128.store(to, f64x2.mul(s, factor));
    v128.store(to, f64x2.mul(c, factor), 16);
    a += 32;
    b += 32;
  }
}

/** One row, `end` bytes, of high + sign · low; returns the smallest |sin · cos|. */
function addAngles(sin: usize, cos: usize, high: usize, low: usize, end: usize, sign: f64): f32 {
  const signs = f64x2.splat(sign);
  let least = f32x4.splat(Infinity);
  for (let o: usize = 0; o < end; o += 16) {
    const hs0 = v128.load(high);
    const hc0 = v128.load(high, 16);
    const hs1 = v128.load(high, 32);
    const hc1 = v128.load(high, 48);
    const ls0 = f64x2.mul(v128.load(low), signs);
    const lc0 = v128.load(low, 16);
    const ls1 = f64x2.mul(v128.load(low, 32), signs);
    const lc1 = v128.load(low, 48);
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
    high += 64;
    low += 64;
  }
  return smallest(least);
}

/**
 * The rows of high + low and of high - low, bit for bit as `addAngles` makes them, of `bytes`, a multiple of 16; returns,
 * if anything, the smallest square of their four values' product.
 */
function mirrored<Least>(
  sin: usize,
  cos: usize,
  sinOfLess: usize,
  cosOfLess: usize,
  high: usize,
  low: usize,
  bytes: usize,
): Least {
  let least = f32x4.splat(Infinity);
  const end = sin + bytes;
  for (; sin < end; sin += 16) {
    const hs0 = v128.load(high);
    const lc0 = v128.load(low, 16);
    const sc0 = f64x2.mul(hs0, lc0);
    const ls0 = v128.load(low);
    const hc0 = v128.load(high, 16);
    const cs0 = f64x2.mul(hc0, ls0);
    const cc0 = f64x2.mul(hc0, lc0);
    const ss0 = f64x2.mul(hs0, ls0);
    const hs1 = v128.load(high, 32);
    const lc1 = v128.load(low, 48);
    const sc1 = f64x2.mul(hs1, lc1);
    const ls1 = v128.load(low, 32);
    const hc1 = v128.load(high, 48);
    const cs1 = f64x2.mul(hc1, ls1);
    const cc1 = f64x2.mul(hc1, lc1);
    const ss1 = f64x2.mul(hs1, ls1);
    const s = join(f64x2.add(sc0, cs0), f64x2.add(sc1, cs1));
    v128.store(sin, s);
    const c = join(f64x2.sub(cc0, ss0), f64x2.sub(cc1, ss1));
    v128.store(cos, c);
    const t = join(f64x2.sub(sc0, cs0), f64x2.sub(sc1, cs1));
    v128.store(sinOfLess, t);
    const d = join(f64x2.add(cc0, ss0), f64x2.add(cc1, ss1));
    v128.store(cosOfLess, d);
    if (!isVoid<Least>()) {
      const product = f32x4.mul(f32x4.mul(s, c), f32x4.mul(t, d));
      least = f32x4.pmin(least, f32x4.mul(product, product));
    }
    cos += 16;
    sinOfLess += 16;
    cosOfLess += 16;
    high += 64;
    low += 64;
  }
  if (!isVoid<Least>()) return smallest(least);
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
