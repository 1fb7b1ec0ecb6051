// Sines and cosines of positions × frequencies, in float64 until the last rounding.
//
// A whole position is 1024·g + 64·m + (4·q + 1.5) ± (d + 0.5), with m and q from 0 to 15 and d 0 or 1. Its waves are those
// of the four by addition of angles: sin(a ± b) = sin a · cos b ± cos a · sin b, cos(a ± b) = cos a · cos b ∓ sin a · sin b.
// Those of m, q and d are made once, of g once for 1024 positions in a row, of the first two together once for 64. Rows
// that have one q, all four there, are made together: rows of memory are written in order, two streams, and +d and -d
// share their products. A value near zero may have lost digits; the row of such a one, and that of a fraction, is made
// directly.
//
// A frequency is three float64 numbers in three planes, of `plane` bytes each: the first two have so few bits that their
// products with a position are exact. A multiple of π/2 is taken off in three parts, likewise (Cody and Waite 1980),
// with the rounding errors kept (Knuth 1969); what is left goes into the polynomials of fdlibm (Sun 1993).
//
// The numbers of that stand behind the planes, in the order of src/plain/numbers.ts: constants V8 would make anew for
// every vector. Waves are float64: the sines of two frequencies, their cosines, those of the next two.

import { copyFloats } from "./copy";
import { put } from "./lanes";

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

/** Positions that have one q, and those that have one m, and one g. */
const FOUR: i32 = 4;
const BLOCK: f64 = 64;
const WIDE: f64 = 1024;
const MIDDLES: i32 = 16;
const QUARTERS: i32 = 16;

/**
 * float64 `positions` [rows] → `sin` and `cos` [rows, count].
 *
 * @param least a row with a smaller |sin · cos| is made directly; below zero: positions are whole numbers in a row, and
 *   such rows are not looked for
 * @param work 78 planes
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
  const width = plane >> 1;
  const step = (<usize>count) << 2;
  const wide = work + 2 * plane;
  const high = wide + 2 * plane;
  const own = high + 2 * plane;
  const middles = own + 4 * plane;
  const quarters = middles + 2 * <usize>MIDDLES * plane;
  const lows = quarters + 2 * <usize>QUARTERS * plane;
  const seek = least >= 0;
  // of a product whose other factor is at most amplitude² / 2; squared, and twice as much, for it has been rounded
  const bound = least * <f32>(amplitude * amplitude);
  const leastSquare = bound * bound;
  let kept: u64 = 0;
  let wideStart: f64 = NaN;
  let start: f64 = NaN;
  let ownStart: f64 = NaN;
  for (let r = 0; r < rows; ) {
    const at = positions + ((<usize>r) << 3);
    const position = load<f64>(at);
    let made = 1;
    if (floor(position) !== position) {
      direct(position, sin, cos, frequencies, plane, step, amplitude, work);
    } else {
      const base = floor(position * (1 / BLOCK)) * BLOCK;
      if (base !== start) {
        start = base;
        const wideBase = floor(position * (1 / WIDE)) * WIDE;
        if (wideBase !== wideStart) {
          wideStart = wideBase;
          waves(wideStart, frequencies, plane, wide);
        }
        const m = <i32>((start - wideStart) * (1 / BLOCK));
        const middle = middles + <usize>m * 2 * plane;
        kept = keep(kept, m, start - wideStart, frequencies, plane, middle);
        turn(high, wide, middle, plane, amplitude);
      }
      const within = <i32>(position - base);
      const q = within >> 2;
      const quarter = quarters + <usize>q * 2 * plane;
      kept = keep(kept, MIDDLES + q, <f64>(q << 2) + 1.5, frequencies, plane, quarter);
      kept = keep(kept, MIDDLES + QUARTERS, 0.5, frequencies, plane, lows);
      kept = keep(kept, MIDDLES + QUARTERS + 1, 1.5, frequencies, plane, lows + 2 * plane);

      const row = within & 3;
      if (row === 0 && r + FOUR <= rows && width === step) {
        if (!seek) made = FOUR;
        while (made < FOUR && load<f64>(at + ((<usize>made) << 3)) === position + <f64>made) made++;
      }
      if (made === FOUR) {
        if (!seek) four<void>(sin, cos, high, quarter, lows, step);
        else if (!(four<f32>(sin, cos, high, quarter, lows, step) > leastSquare)) {
          for (let i: usize = 0; i < 4; i++) {
            const o = i * step;
            if (leastOf(sin + o, cos + o, step) < least) {
              direct(position + <f64>i, sin + o, cos + o, frequencies, plane, step, amplitude, work);
            }
          }
        }
      } else {
        made = 1;
        const first = position - <f64>row;
        if (first !== ownStart) {
          ownStart = first;
          four<f32>(own, own + 2 * plane, high, quarter, lows, width);
        }
        const o = own + <usize>row * width;
        copyFloats(sin, o, count);
        copyFloats(cos, o + 2 * plane, count);
        if (seek && leastOf(o, o + 2 * plane, width) < least) {
          direct(position, sin, cos, frequencies, plane, step, amplitude, work);
        }
      }
    }
    r += made;
    sin += <usize>made * step;
    cos += <usize>made * step;
  }
}

/** Waves that are made once: `kept` with bit `i`, which says that they are there. */
function keep(kept: u64, i: i32, position: f64, frequencies: usize, plane: usize, to: usize): u64 {
  const bit = (<u64>1) << i;
  if ((kept & bit) === 0) waves(position, frequencies, plane, to);
  return kept | bit;
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
    v128.store(to, f64x2.mul(sineOfSum(a, b), factor));
    v128.store(to, f64x2.mul(cosineOfSum(a, b), factor), 16);
    a += 32;
    b += 32;
  }
}

/** Of two frequencies. */
function sineOfSum(a: usize, b: usize): v128 {
  return f64x2.add(f64x2.mul(v128.load(a), v128.load(b, 16)), f64x2.mul(v128.load(a, 16), v128.load(b)));
}

function cosineOfSum(a: usize, b: usize): v128 {
  return f64x2.sub(f64x2.mul(v128.load(a, 16), v128.load(b, 16)), f64x2.mul(v128.load(a), v128.load(b)));
}

/**
 * Four rows of `bytes`: the two in the middle, of low = 0.5, then those around them, of 1.5. Returns, if anything, the
 * smallest square of the product of the four values of two rows.
 */
function four<Least>(sin: usize, cos: usize, high: usize, quarter: usize, lows: usize, bytes: usize): Least {
  let least = f32x4.splat(Infinity);
  for (const end = sin + bytes; sin < end; sin += 16) {
    const hs0 = sineOfSum(high, quarter);
    const hc0 = cosineOfSum(high, quarter);
    const hs1 = sineOfSum(high + 32, quarter + 32);
    const hc1 = cosineOfSum(high + 32, quarter + 32);
    let low = lows;
    let up = bytes;
    for (let below = bytes; ; below = 0) {
      const ls0 = v128.load(low);
      const lc0 = v128.load(low, 16);
      const ls1 = v128.load(low, 32);
      const lc1 = v128.load(low, 48);
      const sc0 = f64x2.mul(hs0, lc0);
      const cs0 = f64x2.mul(hc0, ls0);
      const sc1 = f64x2.mul(hs1, lc1);
      const cs1 = f64x2.mul(hc1, ls1);
      const t = join(f64x2.sub(sc0, cs0), f64x2.sub(sc1, cs1));
      const s = join(f64x2.add(sc0, cs0), f64x2.add(sc1, cs1));
      v128.store(sin + below, t);
      v128.store(sin + below + up, s);
      const cc0 = f64x2.mul(hc0, lc0);
      const ss0 = f64x2.mul(hs0, ls0);
      const cc1 = f64x2.mul(hc1, lc1);
      const ss1 = f64x2.mul(hs1, ls1);
      const d = join(f64x2.add(cc0, ss0), f64x2.add(cc1, ss1));
      const c = join(f64x2.sub(cc0, ss0), f64x2.sub(cc1, ss1));
      v128.store(cos + below, d);
      v128.store(cos + below + up, c);
      if (!isVoid<Least>()) {
        const product = f32x4.mul(f32x4.mul(s, c), f32x4.mul(t, d));
        least = f32x4.pmin(least, f32x4.mul(product, product));
      }
      if (below === 0) break;
      low += 4 * bytes; // two planes
      up = 3 * bytes;
    }
    cos += 16;
    high += 64;
    quarter += 64;
    lows += 64;
  }
  if (!isVoid<Least>()) return smallest(least);
}

/** The smallest |sin · cos| of a row, of `bytes`, a multiple of 16. */
function leastOf(sin: usize, cos: usize, bytes: usize): f32 {
  let least = f32x4.splat(Infinity);
  for (let o: usize = 0; o < bytes; o += 16) {
    least = f32x4.pmin(least, f32x4.abs(f32x4.mul(v128.load(sin + o), v128.load(cos + o))));
  }
  return smallest(least);
}

function smallest(least: v128): f32 {
  least = f32x4.pmin(least, v128.shuffle<f32>(least, least, 2, 3, 0, 1));
  least = f32x4.pmin(least, v128.shuffle<f32>(least, least, 1, 0, 3, 2));
  return f32x4.extract_lane(least, 0);
}
