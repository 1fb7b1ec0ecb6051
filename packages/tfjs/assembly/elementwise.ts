/** gradient · step(x), where step is 1 above 0, NaN for NaN and otherwise 0. */
export function reluGradient(gradient: usize, x: usize, out: usize, count: i32): void {
  const end = out + ((count & ~3) << 2);
  const one = f32x4.splat(1);
  while (out < end) {
    const value = v128.load(x);
    const step = v128.and(one, f32x4.gt(value, f32x4.splat(0)));
    const known = v128.bitselect(step, value, f32x4.eq(value, value));
    v128.store(out, f32x4.mul(v128.load(gradient), known));
    x += 16;
    gradient += 16;
    out += 16;
  }
  for (let i = 0; i < (count & 3) << 2; i += 4) {
    const value = load<f32>(x + i);
    let step = value;
    if (value > 0) step = 1;
    else if (value <= 0) step = 0;
    store<f32>(out + i, load<f32>(gradient + i) * step);
  }
}

/**
 * One step of Adam (Kingma and Ba, 2015) for `count` values: new values, first and second moments. `rest1` and
 * `rest2` are 1 − β^t of the two moments; values are multiplied by `keep` first (decoupled weight decay).
 */
export function adam(
  value: usize,
  gradient: usize,
  first: usize,
  second: usize,
  newValue: usize,
  newFirst: usize,
  newSecond: usize,
  count: i32,
  beta1: f32,
  other1: f32,
  beta2: f32,
  other2: f32,
  rest1: f32,
  rest2: f32,
  rate: f32,
  epsilon: f32,
  keep: f32,
): void {
  const whole = (count & ~3) << 2;
  for (let i = 0; i < whole; i += 4 << 2) {
    const g = v128.load(gradient + i);
    const m = f32x4.add(
      f32x4.mul(v128.load(first + i), f32x4.splat(beta1)),
      f32x4.mul(g, f32x4.splat(other1)),
    );
    const v = f32x4.add(
      f32x4.mul(v128.load(second + i), f32x4.splat(beta2)),
      f32x4.mul(f32x4.mul(g, g), f32x4.splat(other2)),
    );
    const root = f32x4.add(f32x4.sqrt(f32x4.div(v, f32x4.splat(rest2))), f32x4.splat(epsilon));
    const step = f32x4.mul(f32x4.div(f32x4.div(m, f32x4.splat(rest1)), root), f32x4.splat(rate));
    v128.store(newFirst + i, m);
    v128.store(newSecond + i, v);
    v128.store(newValue + i, f32x4.sub(f32x4.mul(v128.load(value + i), f32x4.splat(keep)), step));
  }
  for (let i = whole; i < count << 2; i += 4) {
    const g = load<f32>(gradient + i);
    const m = load<f32>(first + i) * beta1 + g * other1;
    const v = load<f32>(second + i) * beta2 + g * g * other2;
    store<f32>(newFirst + i, m);
    store<f32>(newSecond + i, v);
    const root = sqrt<f32>(v / rest2) + epsilon;
    store<f32>(newValue + i, load<f32>(value + i) * keep - (m / rest1 / root) * rate);
  }
}
