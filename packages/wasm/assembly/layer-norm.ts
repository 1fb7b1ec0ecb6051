import { get, highLanes, lowLanes, put, sumLanes } from "./lanes";

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
  const end = (<usize>count) << 2;
  const zero = f32x4.splat(0);
  for (let r = 0; r < rows; r++) {
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let j: usize = 0; j < end; j += 16) {
      const v = get(x, j, end, zero);
      low = f64x2.add(low, lowLanes(v));
      high = f64x2.add(high, highLanes(v));
    }
    const mean = f32x4.splat(<f32>(sumLanes(low, high) / <f64>count));

    low = f64x2.splat(0);
    high = f64x2.splat(0);
    for (let j: usize = 0; j < end; j += 16) {
      const v = f32x4.sub(get(x, j, end, mean), mean);
      const v0 = lowLanes(v);
      const v1 = highLanes(v);
      low = f64x2.add(low, f64x2.mul(v0, v0));
      high = f64x2.add(high, f64x2.mul(v1, v1));
    }
    const scale = f32x4.splat(<f32>(1 / sqrt(sumLanes(low, high) / <f64>count + epsilon)));

    for (let j: usize = 0; j < end; j += 16) {
      const v = f32x4.mul(f32x4.sub(get(x, j, end, mean), mean), scale);
      put(out, j, end, f32x4.add(f32x4.mul(v, get(gain, j, end, zero)), get(bias, j, end, zero)));
    }
    x += end;
    out += end;
  }
}
