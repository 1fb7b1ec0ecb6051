/**
 * Sines and cosines of positions × frequencies in float64, rounded once. A frequency is the sum of two float64
 * numbers; the product is formed with its rounding error (Dekker 1971) and reduced by quarter turns in three parts
 * (Cody and Waite 1980). The polynomials are those of fdlibm's __kernel_sin and __kernel_cos.
 */

/** 2^27 + 1, which splits a float64 number into two halves (Veltkamp 1968). */
const SPLIT: f64 = 134217729;
/** π/2 as a sum of three; the first two have 24 bits. */
const QUARTER_1: f64 = 6.283185005187988 / 4;
const QUARTER_2: f64 = 3.0199157663446385e-7 / 4;
const QUARTER_3: f64 = 2.1561211432632476e-14 / 4;
/** Products beyond this are left to others: the number of quarter turns must be exact. */
const LIMIT: f64 = 67108864;

/**
 * Fills `sin` and `cos`, float32 [count, n]. `positions` are float32, or int32 where `whole`; `high` and `low` are
 * float64 [n]. False, and nothing of use in the outputs, where a product is not within ±2^26.
 */
export function sincos(
  positions: usize,
  whole: bool,
  count: i32,
  high: usize,
  low: usize,
  n: i32,
  amplitude: f64,
  sin: usize,
  cos: usize,
): bool {
  let inside = i64x2.splat(-1);
  const size = f64x2.splat(amplitude);
  for (let row = 0; row < count; row++) {
    const position: f64 = whole ? (load<i32>(positions) as f64) : (load<f32>(positions) as f64);
    positions += 4;
    const p = f64x2.splat(position);
    const pTop = topHalf(p);
    const pRest = f64x2.sub(p, pTop);
    for (let i = 0; i < n; i += 2) {
      const at = (i as usize) << 3;
      const pair = i + 1 < n;
      const h = pair ? v128.load(high + at) : v128.load64_splat(high + at);
      const l = pair ? v128.load(low + at) : v128.load64_splat(low + at);
      const hTop = topHalf(h);
      const hRest = f64x2.sub(h, hTop);
      const product = f64x2.mul(p, h);
      inside = v128.and(inside, f64x2.le(f64x2.abs(product), f64x2.splat(LIMIT)));
      let error = f64x2.sub(f64x2.mul(pTop, hTop), product);
      error = f64x2.add(error, f64x2.mul(pTop, hRest));
      error = f64x2.add(error, f64x2.mul(pRest, hTop));
      error = f64x2.add(error, f64x2.mul(pRest, hRest));
      error = f64x2.add(error, f64x2.mul(p, l));

      const quarters = f64x2.nearest(f64x2.mul(product, f64x2.splat(0.6366197723675814)));
      let angle = f64x2.sub(product, f64x2.mul(quarters, f64x2.splat(QUARTER_1)));
      angle = f64x2.sub(angle, f64x2.mul(quarters, f64x2.splat(QUARTER_2)));
      angle = f64x2.add(angle, f64x2.sub(error, f64x2.mul(quarters, f64x2.splat(QUARTER_3))));

      const square = f64x2.mul(angle, angle);
      const s = sinOf(angle, square);
      const c = cosOf(square);
      const quadrant = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(quarters));
      const odd = i64x2.neg(v128.and(quadrant, i64x2.splat(1)));
      const sinSign = i64x2.shl(v128.and(quadrant, i64x2.splat(2)), 62);
      const cosSign = i64x2.shl(v128.and(i64x2.add(quadrant, i64x2.splat(1)), i64x2.splat(2)), 62);
      const sines = f64x2.mul(v128.xor(v128.bitselect(c, s, odd), sinSign), size);
      const cosines = f64x2.mul(v128.xor(v128.bitselect(s, c, odd), cosSign), size);
      if (pair) {
        v128.store64_lane(sin, f32x4.demote_f64x2_zero(sines), 0);
        v128.store64_lane(cos, f32x4.demote_f64x2_zero(cosines), 0);
        sin += 8;
        cos += 8;
      } else {
        v128.store32_lane(sin, f32x4.demote_f64x2_zero(sines), 0);
        v128.store32_lane(cos, f32x4.demote_f64x2_zero(cosines), 0);
        sin += 4;
        cos += 4;
      }
    }
  }
  return i64x2.all_true(inside);
}

/** The leading 26 bits, so that products of tops and rests are exact. */
function topHalf(x: v128): v128 {
  const shifted = f64x2.mul(x, f64x2.splat(SPLIT));
  return f64x2.sub(shifted, f64x2.sub(shifted, x));
}

/** For |x| ≤ π/4. */
function sinOf(x: v128, square: v128): v128 {
  let p = f64x2.splat(1.58969099521155e-10);
  p = f64x2.add(f64x2.mul(p, square), f64x2.splat(-2.5050760253406863e-8));
  p = f64x2.add(f64x2.mul(p, square), f64x2.splat(0.0000027557313707070068));
  p = f64x2.add(f64x2.mul(p, square), f64x2.splat(-0.0001984126982985795));
  p = f64x2.add(f64x2.mul(p, square), f64x2.splat(0.00833333333332249));
  p = f64x2.add(f64x2.mul(p, square), f64x2.splat(-0.16666666666666632));
  return f64x2.add(x, f64x2.mul(f64x2.mul(x, square), p));
}

/** For the square of |x| ≤ π/4. */
function cosOf(square: v128): v128 {
  let p = f64x2.splat(-1.1359647557788195e-11);
  p = f64x2.add(f64x2.mul(p, square), f64x2.splat(2.087572321298175e-9));
  p = f64x2.add(f64x2.mul(p, square), f64x2.splat(-2.7557314351390663e-7));
  p = f64x2.add(f64x2.mul(p, square), f64x2.splat(0.00002480158728947673));
  p = f64x2.add(f64x2.mul(p, square), f64x2.splat(-0.001388888888887411));
  p = f64x2.add(f64x2.mul(p, square), f64x2.splat(0.0416666666666666));
  const rest = f64x2.add(f64x2.mul(f64x2.mul(square, square), p), f64x2.mul(square, f64x2.splat(-0.5)));
  return f64x2.add(f64x2.splat(1), rest);
}
