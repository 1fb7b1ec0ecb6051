import { largest, loadSome, storeSome, total } from "./lanes";

/** 1.5 · 2^23: a float32 number near it counts in ones, so adding it rounds, and its last bits are the result. */
const ROUNDER: f32 = 12582912;
const ROUNDER_BITS: i32 = 0x4b400000;

/**
 * e^x for four values that are at most 0, within 2 ulp; 0 where it is below 2^−126.5. x = n · ln 2 + r with
 * |r| ≤ ln 2 / 2, a polynomial in r (Cephes), and 2^n by its bits.
 */
function exponential(x: v128): v128 {
  // at the bound n is −127, whose bits are those of 0; NaN passes
  const t = f32x4.pmax(x, f32x4.splat(-88.02));
  const rounded = f32x4.add(f32x4.mul(t, f32x4.splat(Math.LOG2E as f32)), f32x4.splat(ROUNDER));
  const n = f32x4.sub(rounded, f32x4.splat(ROUNDER));
  let r = f32x4.sub(t, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.add(r, f32x4.mul(n, f32x4.splat(2.1219444e-4)));
  let p = f32x4.splat(1.98756915e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  return f32x4.mul(p, i32x4.shl(i32x4.add(rounded, i32x4.splat(127 - ROUNDER_BITS)), 23));
}

/** Over the last axis of x [rows, width]. */
export function softmax(x: usize, out: usize, rows: i32, width: i32): void {
  const whole = (width & ~3) << 2;
  const rest = width & 3;
  const minusInfinity = -Infinity as f32;
  for (let r = 0; r < rows; r++) {
    let top = f32x4.splat(minusInfinity);
    for (let i = 0; i < whole; i += 16) top = f32x4.pmax(top, v128.load(x + i));
    if (rest > 0) top = f32x4.pmax(top, loadSome(x + whole, rest, minusInfinity));
    const most = f32x4.splat(largest(top));
    let sums = f32x4.splat(0);
    for (let i = 0; i < whole; i += 16) {
      const e = exponential(f32x4.sub(v128.load(x + i), most));
      v128.store(out + i, e);
      sums = f32x4.add(sums, e);
    }
    let last = f32x4.splat(0);
    if (rest > 0) {
      last = exponential(f32x4.sub(loadSome(x + whole, rest, minusInfinity), most));
      sums = f32x4.add(sums, last);
    }
    const by = f32x4.splat(total(sums));
    for (let i = 0; i < whole; i += 16) v128.store(out + i, f32x4.div(v128.load(out + i), by));
    if (rest > 0) storeSome(out + whole, f32x4.div(last, by), rest);
    x += width << 2;
    out += width << 2;
  }
}

/** gradient · y − y · Σ gradient · y over the last axis of y [rows, width]. */
export function softmaxGradient(gradient: usize, y: usize, out: usize, rows: i32, width: i32): void {
  const whole = (width & ~3) << 2;
  const rest = width & 3;
  for (let r = 0; r < rows; r++) {
    let sums = f32x4.splat(0);
    for (let i = 0; i < whole; i += 16) {
      sums = f32x4.add(sums, f32x4.mul(v128.load(gradient + i), v128.load(y + i)));
    }
    if (rest > 0) {
      sums = f32x4.add(sums, f32x4.mul(loadSome(gradient + whole, rest, 0), loadSome(y + whole, rest, 0)));
    }
    const sum = f32x4.splat(total(sums));
    for (let i = 0; i < whole; i += 16) {
      v128.store(out + i, f32x4.mul(f32x4.sub(v128.load(gradient + i), sum), v128.load(y + i)));
    }
    if (rest > 0) {
      const d = f32x4.sub(loadSome(gradient + whole, rest, 0), sum);
      storeSome(out + whole, f32x4.mul(d, loadSome(y + whole, rest, 0)), rest);
    }
    gradient += width << 2;
    y += width << 2;
    out += width << 2;
  }
}
