import { exponential } from "./exponential";
import { get, highLanes, lowLanes, put, sumLanes } from "./lanes";

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
  const end = (<usize>count) << 2;
  const least = f32x4.splat(LEAST);

  let most = least;
  for (let j: usize = 0; j < end; j += 16) most = f32x4.pmax(most, get(x, j, end, least));
  most = f32x4.pmax(most, v128.shuffle<f32>(most, most, 2, 3, 0, 1));
  most = f32x4.pmax(most, v128.shuffle<f32>(most, most, 1, 0, 3, 2));

  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let j: usize = 0; j < end; j += 16) {
    const e = exponential(f32x4.sub(get(x, j, end, least), most));
    put(out, j, end, e);
    low = f64x2.add(low, lowLanes(e));
    high = f64x2.add(high, highLanes(e));
  }

  const sums = f32x4.splat(<f32>sumLanes(low, high));
  for (let j: usize = 0; j < end; j += 16) put(out, j, end, f32x4.div(get(out, j, end, sums), sums));
}
