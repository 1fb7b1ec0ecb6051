// Sines and cosines of positions × frequencies, in float64 until the last rounding.
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

function storeRow(sin: usize, cos: usize, count: i32, amplitude: f64, work: usize, plane: usize): void {
  narrow(sin, work, count, amplitude);
  narrow(cos, work + plane, count, amplitude);
}

/**
 * Positions in any order: float64 `positions` [rows] → `sin` and `cos` [rows, count].
 *
 * @param work 2 planes
 */
export function sincosRows(
  sin: usize,
  cos: usize,
  positions: usize,
  rows: i32,
  frequencies: usize,
  count: i32,
  amplitude: f64,
  work: usize,
): void {
  const plane = planeOf(count);
  const step = (<usize>count) << 2;
  for (let r = 0; r < rows; r++) {
    waves(load<f64>(positions), frequencies, plane, work, work + plane);
    storeRow(sin, cos, count, amplitude, work, plane);
    positions += 8;
    sin += step;
    cos += step;
  }
}

/** Positions in a block, whose first is a multiple of this. */
const BLOCK: i32 = 32;

/** Bytes for `count` float64 numbers, and up to three more. */
function planeOf(count: i32): usize {
  return (<usize>((count + 3) & ~3)) << 3;
}

/** The waves at 0 … 31, for {@link sincosRun}: 64 planes. */
export function sincosBlock(block: usize, frequencies: usize, count: i32): void {
  const plane = planeOf(count);
  for (let i = 0; i < BLOCK; i++) {
    waves(<f64>i, frequencies, plane, block, block + plane);
    block += 2 * plane;
  }
}

/**
 * The positions `first`, `first` + 1, … by addition of angles: sin(h + l) = sin h · cos l + cos h · sin l. Where float64
 * leaves open to which float32 number a value is rounded, its row is made as in {@link sincosRows}; so the bits are the
 * same.
 *
 * @param error bounds the difference between the two, in float64
 * @param work 4 planes
 */
export function sincosRun(
  sin: usize,
  cos: usize,
  first: f64,
  rows: i32,
  frequencies: usize,
  count: i32,
  amplitude: f64,
  error: f64,
  block: usize,
  work: usize,
): void {
  const plane = planeOf(count);
  const step = (<usize>count) << 2;
  const high = work + 2 * plane;
  const factor = f64x2.splat(amplitude);
  const e = f64x2.splat(error);
  let start: f64 = -1;
  for (let r = 0; r < rows; r++) {
    const position = first + <f64>r;
    const from = floor(position / <f64>BLOCK) * <f64>BLOCK;
    if (from !== start) {
      start = from;
      waves(start, frequencies, plane, high, high + plane);
      for (let j: usize = 0; j < 2 * plane; j += 16) {
        v128.store(high + j, f64x2.mul(v128.load(high + j), factor));
      }
    }
    const low = block + <usize>(<i32>(position - start)) * 2 * plane;
    let open = i64x2.splat(0);
    let o: usize = 0;
    for (let left = count; left > 0; left -= 4) {
      const i = o << 1;
      const hs0 = v128.load(high + i);
      const hs1 = v128.load(high + i, 16);
      const hc0 = v128.load(high + plane + i);
      const hc1 = v128.load(high + plane + i, 16);
      const ls0 = v128.load(low + i);
      const ls1 = v128.load(low + i, 16);
      const lc0 = v128.load(low + plane + i);
      const lc1 = v128.load(low + plane + i, 16);
      const s0 = f64x2.add(f64x2.mul(hs0, lc0), f64x2.mul(hc0, ls0));
      const s1 = f64x2.add(f64x2.mul(hs1, lc1), f64x2.mul(hc1, ls1));
      const c0 = f64x2.sub(f64x2.mul(hc0, lc0), f64x2.mul(hs0, ls0));
      const c1 = f64x2.sub(f64x2.mul(hc1, lc1), f64x2.mul(hs1, ls1));
      const s = join(f64x2.sub(s0, e), f64x2.sub(s1, e));
      const c = join(f64x2.sub(c0, e), f64x2.sub(c1, e));
      const sOther = v128.xor(s, join(f64x2.add(s0, e), f64x2.add(s1, e)));
      const cOther = v128.xor(c, join(f64x2.add(c0, e), f64x2.add(c1, e)));
      open = v128.or(open, v128.or(sOther, cOther));
      if (left >= 4) {
        v128.store(sin + o, s);
        v128.store(cos + o, c);
      } else {
        storeSome(sin + o, left, s);
        storeSome(cos + o, left, c);
      }
      o += 16;
    }
    if (v128.any_true(open)) {
      waves(position, frequencies, plane, work, work + plane);
      storeRow(sin, cos, count, amplitude, work, plane);
    }
    sin += step;
    cos += step;
  }
}
