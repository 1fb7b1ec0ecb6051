import { exponential } from "./exponential";
import { highLanes, loadSome, lowLanes, storeSome, sumLanes } from "./lanes";

const LEAST: f32 = -Infinity;

/** e^(x − max) / Σ e^(x − max) for each row of `x` [rows, count]. */
export function softmax(out: usize, x: usize, rows: i32, count: i32): void {
  const step = (<usize>count) << 2;
  for (let r = 0; r < rows; r++) {
    softmaxRow(out, x, count);
    out += step;
    x += step;
  }
}

/** The same of x + bias; rows of `bias` are `biasStep` bytes apart. */
export function softmaxBiased(
  out: usize,
  x: usize,
  bias: usize,
  biasStep: usize,
  rows: i32,
  count: i32,
): void {
  const step = (<usize>count) << 2;
  for (let r = 0; r < rows; r++) {
    let j: usize = 0;
    for (; j + 16 <= step; j += 16) v128.store(out + j, f32x4.add(v128.load(x + j), v128.load(bias + j)));
    for (; j < step; j += 4) store<f32>(out + j, load<f32>(x + j) + load<f32>(bias + j));
    softmaxRow(out, out, count);
    out += step;
    x += step;
    bias += biasStep;
  }
}

function softmaxRow(out: usize, x: usize, count: i32): void {
  const whole = (<usize>(count & ~3)) << 2;
  const left = count & 3;
  const least = f32x4.splat(LEAST);

  let most = least;
  for (let j: usize = 0; j < whole; j += 16) most = f32x4.pmax(most, v128.load(x + j));
  if (left > 0) most = f32x4.pmax(most, loadSome(x + whole, left, least));
  most = f32x4.pmax(most, v128.shuffle<f32>(most, most, 2, 3, 0, 1));
  most = f32x4.pmax(most, v128.shuffle<f32>(most, most, 1, 0, 3, 2));

  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let j: usize = 0; j < whole; j += 16) {
    const e = exponential(f32x4.sub(v128.load(x + j), most));
    v128.store(out + j, e);
    low = f64x2.add(low, lowLanes(e));
    high = f64x2.add(high, highLanes(e));
  }
  if (left > 0) {
    const e = exponential(f32x4.sub(loadSome(x + whole, left, least), most));
    storeSome(out + whole, left, e);
    low = f64x2.add(low, lowLanes(e));
    high = f64x2.add(high, highLanes(e));
  }

  const sum = <f32>sumLanes(low, high);
  const sums = f32x4.splat(sum);
  for (let j: usize = 0; j < whole; j += 16) v128.store(out + j, f32x4.div(v128.load(out + j), sums));
  for (let j = whole; j < (<usize>count) << 2; j += 4) store<f32>(out + j, load<f32>(out + j) / sum);
}
