import { highLanes, loadSome, lowLanes, storeSome, sumLanes } from "./lanes";

/** (x − mean) / √(variance + epsilon) · gain + bias for each row of `x` [rows, count]. */
export function layerNorm(
  out: usize,
  x: usize,
  gain: usize,
  bias: usize,
  rows: i32,
  count: i32,
  epsilon: f64,
): void {
  const whole = (<usize>(count & ~3)) << 2;
  const left = count & 3;
  const zero = f32x4.splat(0);
  for (let r = 0; r < rows; r++) {
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let j: usize = 0; j < whole; j += 16) {
      const v = v128.load(x + j);
      low = f64x2.add(low, lowLanes(v));
      high = f64x2.add(high, highLanes(v));
    }
    if (left > 0) {
      const v = loadSome(x + whole, left, zero);
      low = f64x2.add(low, lowLanes(v));
      high = f64x2.add(high, highLanes(v));
    }
    const mean = f32x4.splat(<f32>(sumLanes(low, high) / <f64>count));

    low = f64x2.splat(0);
    high = f64x2.splat(0);
    for (let j: usize = 0; j < whole; j += 16) {
      const v = f32x4.sub(v128.load(x + j), mean);
      const v0 = lowLanes(v);
      const v1 = highLanes(v);
      low = f64x2.add(low, f64x2.mul(v0, v0));
      high = f64x2.add(high, f64x2.mul(v1, v1));
    }
    if (left > 0) {
      const v = f32x4.sub(loadSome(x + whole, left, mean), mean);
      const v0 = lowLanes(v);
      const v1 = highLanes(v);
      low = f64x2.add(low, f64x2.mul(v0, v0));
      high = f64x2.add(high, f64x2.mul(v1, v1));
    }
    const scale = f32x4.splat(<f32>(1 / sqrt(sumLanes(low, high) / <f64>count + epsilon)));

    for (let j: usize = 0; j < whole; j += 16) {
      const v = f32x4.mul(f32x4.sub(v128.load(x + j), mean), scale);
      v128.store(out + j, f32x4.add(f32x4.mul(v, v128.load(gain + j)), v128.load(bias + j)));
    }
    if (left > 0) {
      const v = f32x4.mul(f32x4.sub(loadSome(x + whole, left, mean), mean), scale);
      const y = f32x4.mul(v, loadSome(gain + whole, left, zero));
      storeSome(out + whole, left, f32x4.add(y, loadSome(bias + whole, left, zero)));
    }
    x += (<usize>count) << 2;
    out += (<usize>count) << 2;
  }
}
