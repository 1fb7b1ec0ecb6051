const SHIFT: f32 = 12582912; // 1.5 · 2^23: adding it rounds to whole numbers

/** e^x for x ≤ 0, in float32 (Cephes `expf`). */
export function exponential(x: v128): v128 {
  const d = f32x4.pmax(x, f32x4.splat(-110));
  const shift = f32x4.splat(SHIFT);
  const n = f32x4.sub(f32x4.add(f32x4.mul(d, f32x4.splat(Mathf.LOG2E)), shift), shift);
  let r = f32x4.sub(d, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-0.00021219444)));
  let y = f32x4.add(f32x4.mul(f32x4.splat(0.000198756915), r), f32x4.splat(0.0013981999507));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(0.0083334519073));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(0.041665795894));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(0.16666665459));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(0.50000001201));
  y = f32x4.add(f32x4.add(f32x4.mul(y, f32x4.mul(r, r)), r), f32x4.splat(1));
  // times 2^n in two steps, since 2^n alone may be too small
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  return f32x4.mul(f32x4.mul(y, powerOfTwo(half)), powerOfTwo(i32x4.sub(whole, half)));
}

function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}
