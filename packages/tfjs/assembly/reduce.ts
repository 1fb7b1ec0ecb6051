import { total } from "./lanes";

/** Rows added up before they are added to the rest: the error grows with the block, not with the number of rows. */
const BLOCK: i32 = 256;

/** x [outer, rows, width] → out [outer, width]: sums over the rows, divided by `divisor`. */
export function sumAcross(x: usize, out: usize, outer: i32, rows: i32, width: i32, divisor: f32): void {
  const step = (width as usize) << 2;
  const by = f32x4.splat(divisor);
  for (let o = 0; o < outer; o++) {
    let j = 0;
    for (; j + 16 <= width; j += 16) {
      const at = (j as usize) << 2;
      let t0 = f32x4.splat(0);
      let t1 = f32x4.splat(0);
      let t2 = f32x4.splat(0);
      let t3 = f32x4.splat(0);
      let from = x + at;
      for (let r = 0; r < rows; r += BLOCK) {
        let s0 = f32x4.splat(0);
        let s1 = f32x4.splat(0);
        let s2 = f32x4.splat(0);
        let s3 = f32x4.splat(0);
        for (let left = min(BLOCK, rows - r); left > 0; left--) {
          s0 = f32x4.add(s0, v128.load(from));
          s1 = f32x4.add(s1, v128.load(from, 16));
          s2 = f32x4.add(s2, v128.load(from, 32));
          s3 = f32x4.add(s3, v128.load(from, 48));
          from += step;
        }
        t0 = f32x4.add(t0, s0);
        t1 = f32x4.add(t1, s1);
        t2 = f32x4.add(t2, s2);
        t3 = f32x4.add(t3, s3);
      }
      v128.store(out + at, f32x4.div(t0, by));
      v128.store(out + at, f32x4.div(t1, by), 16);
      v128.store(out + at, f32x4.div(t2, by), 32);
      v128.store(out + at, f32x4.div(t3, by), 48);
    }
    for (; j < width; j++) {
      const at = (j as usize) << 2;
      let sum: f32 = 0;
      let from = x + at;
      for (let r = 0; r < rows; r += BLOCK) {
        let part: f32 = 0;
        for (let left = min(BLOCK, rows - r); left > 0; left--) {
          part += load<f32>(from);
          from += step;
        }
        sum += part;
      }
      store<f32>(out + at, sum / divisor);
    }
    x += (rows as usize) * step;
    out += step;
  }
}

/** x [rows, width] → out [rows]: sums over the last axis, divided by `divisor`. */
export function sumAlong(x: usize, out: usize, rows: i32, width: i32, divisor: f32): void {
  for (let r = 0; r < rows; r++) {
    let sum: f32 = 0;
    for (let j = 0; j < width; j += BLOCK * 16) sum += sumOf(x + (j << 2), min(BLOCK * 16, width - j));
    store<f32>(out, sum / divisor);
    x += (width as usize) << 2;
    out += 4;
  }
}

function sumOf(x: usize, count: i32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  for (; count >= 16; count -= 16) {
    s0 = f32x4.add(s0, v128.load(x));
    s1 = f32x4.add(s1, v128.load(x, 16));
    s2 = f32x4.add(s2, v128.load(x, 32));
    s3 = f32x4.add(s3, v128.load(x, 48));
    x += 64;
  }
  let sum: f32 = total(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  for (; count > 0; count--) {
    sum += load<f32>(x);
    x += 4;
  }
  return sum;
}
