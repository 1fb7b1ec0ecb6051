// Rows of floats in vectors of four; the last may have fewer.

/** Four floats from `row` + `j`; beyond `end`, counted from the row, those of `others`. */
export function get(row: usize, j: usize, end: usize, others: v128): v128 {
  if (j + 16 <= end) return v128.load(row + j);
  let v = f32x4.replace_lane(others, 0, load<f32>(row + j));
  if (j + 4 < end) v = f32x4.replace_lane(v, 1, load<f32>(row + j, 4));
  if (j + 8 < end) v = f32x4.replace_lane(v, 2, load<f32>(row + j, 8));
  return v;
}

/** As many of four floats as there are from `row` + `j` to `end`. */
export function put(row: usize, j: usize, end: usize, v: v128): void {
  if (j + 16 <= end) v128.store(row + j, v);
  else {
    store<f32>(row + j, f32x4.extract_lane(v, 0));
    if (j + 4 < end) store<f32>(row + j, f32x4.extract_lane(v, 1), 4);
    if (j + 8 < end) store<f32>(row + j, f32x4.extract_lane(v, 2), 8);
  }
}

/** Lanes 0 and 1, in float64. */
export function lowLanes(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

/** Lanes 2 and 3, in float64. */
export function highLanes(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
}

/** (l0 + l1) + (l2 + l3) */
export function sumLanes(low: v128, high: v128): f64 {
  const first = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  return first + (f64x2.extract_lane(high, 0) + f64x2.extract_lane(high, 1));
}
