import { loadSome, storeSome, total } from "./lanes";

/** (x − mean) / √(variance + epsilon) · gain + bias over the last axis of x [rows, width]. */
export function layerNorm(
  x: usize,
  gain: usize,
  bias: usize,
  out: usize,
  rows: i32,
  width: i32,
  epsilon: f32,
): void {
  const whole = (width & ~3) << 2;
  const rest = width & 3;
  for (let r = 0; r < rows; r++) {
    const mean = meanOf(x, width);
    const inverse = f32x4.splat(inverseDeviation(x, width, mean, epsilon));
    const middle = f32x4.splat(mean);
    for (let i = 0; i < whole; i += 16) {
      const unit = f32x4.mul(f32x4.sub(v128.load(x + i), middle), inverse);
      v128.store(out + i, f32x4.add(f32x4.mul(unit, v128.load(gain + i)), v128.load(bias + i)));
    }
    if (rest > 0) {
      const unit = f32x4.mul(f32x4.sub(loadSome(x + whole, rest, 0), middle), inverse);
      const scaled = f32x4.mul(unit, loadSome(gain + whole, rest, 0));
      storeSome(out + whole, f32x4.add(scaled, loadSome(bias + whole, rest, 0)), rest);
    }
    x += width << 2;
    out += width << 2;
  }
}

/**
 * Gradients of {@link layerNorm} with respect to x, gain and bias, from its gradient. With u = (x − mean) / deviation
 * and d = gradient · gain: (d − mean d − u · mean(d · u)) / deviation.
 */
export function layerNormGradient(
  gradient: usize,
  x: usize,
  gain: usize,
  dx: usize,
  dGain: usize,
  dBias: usize,
  rows: i32,
  width: i32,
  epsilon: f32,
): void {
  const bytes = (width as usize) << 2;
  const whole = (width & ~3) << 2;
  const rest = width & 3;
  memory.fill(dGain, 0, bytes);
  memory.fill(dBias, 0, bytes);
  for (let r = 0; r < rows; r++) {
    const mean = meanOf(x, width);
    const middle = f32x4.splat(mean);
    const inverse = f32x4.splat(inverseDeviation(x, width, mean, epsilon));
    let sums = f32x4.splat(0);
    let products = f32x4.splat(0);
    for (let i = 0; i < whole; i += 16) {
      const g = v128.load(gradient + i);
      const unit = f32x4.mul(f32x4.sub(v128.load(x + i), middle), inverse);
      const product = f32x4.mul(g, unit);
      v128.store(dBias + i, f32x4.add(v128.load(dBias + i), g));
      v128.store(dGain + i, f32x4.add(v128.load(dGain + i), product));
      const scale = v128.load(gain + i);
      sums = f32x4.add(sums, f32x4.mul(g, scale));
      products = f32x4.add(products, f32x4.mul(product, scale));
    }
    let g = f32x4.splat(0);
    let unit = f32x4.splat(0);
    let scale = f32x4.splat(0);
    if (rest > 0) {
      g = loadSome(gradient + whole, rest, 0);
      unit = f32x4.mul(f32x4.sub(loadSome(x + whole, rest, mean), middle), inverse);
      scale = loadSome(gain + whole, rest, 0);
      const product = f32x4.mul(g, unit);
      storeSome(dBias + whole, f32x4.add(loadSome(dBias + whole, rest, 0), g), rest);
      storeSome(dGain + whole, f32x4.add(loadSome(dGain + whole, rest, 0), product), rest);
      sums = f32x4.add(sums, f32x4.mul(g, scale));
      products = f32x4.add(products, f32x4.mul(product, scale));
    }
    const average = f32x4.splat(total(sums) / (width as f32));
    const along = f32x4.splat(total(products) / (width as f32));
    for (let i = 0; i < whole; i += 16) {
      const unit = f32x4.mul(f32x4.sub(v128.load(x + i), middle), inverse);
      const d = f32x4.mul(v128.load(gradient + i), v128.load(gain + i));
      const across = f32x4.sub(f32x4.sub(d, average), f32x4.mul(unit, along));
      v128.store(dx + i, f32x4.mul(across, inverse));
    }
    if (rest > 0) {
      const across = f32x4.sub(f32x4.sub(f32x4.mul(g, scale), average), f32x4.mul(unit, along));
      storeSome(dx + whole, f32x4.mul(across, inverse), rest);
    }
    gradient += bytes;
    x += bytes;
    dx += bytes;
  }
}

function meanOf(x: usize, width: i32): f32 {
  const whole = (width & ~3) << 2;
  let sums = f32x4.splat(0);
  for (let i = 0; i < whole; i += 16) sums = f32x4.add(sums, v128.load(x + i));
  if ((width & 3) > 0) sums = f32x4.add(sums, loadSome(x + whole, width & 3, 0));
  return total(sums) / (width as f32);
}

function inverseDeviation(x: usize, width: i32, mean: f32, epsilon: f32): f32 {
  const whole = (width & ~3) << 2;
  const middle = f32x4.splat(mean);
  let squares = f32x4.splat(0);
  for (let i = 0; i < whole; i += 16) {
    const centred = f32x4.sub(v128.load(x + i), middle);
    squares = f32x4.add(squares, f32x4.mul(centred, centred));
  }
  if ((width & 3) > 0) {
    const centred = f32x4.sub(loadSome(x + whole, width & 3, mean), middle);
    squares = f32x4.add(squares, f32x4.mul(centred, centred));
  }
  return 1 / sqrt<f32>(total(squares) / (width as f32) + epsilon);
}
