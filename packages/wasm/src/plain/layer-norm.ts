const sums = new Float64Array(4);
const { fround } = Math;

const total = (): number => sums[0]! + sums[1]! + (sums[2]! + sums[3]!);

/** A row of the layerNorm kernel in JavaScript, with the same bits. */
export function layerNormPlain(
  out: Float32Array,
  o: number,
  x: Float32Array,
  i: number,
  gain: Float32Array,
  bias: Float32Array,
  count: number,
  epsilon: number,
): void {
  sums.fill(0);
  for (let k = 0; k < count; k++) sums[k & 3]! += x[i + k]!;
  const mean = fround(total() / count);
  sums.fill(0);
  for (let k = 0; k < count; k++) {
    const centred = fround(x[i + k]! - mean);
    sums[k & 3]! += centred * centred;
  }
  const scale = fround(1 / Math.sqrt(total() / count + epsilon));
  for (let k = 0; k < count; k++) {
    out[o + k] = fround(fround(fround(x[i + k]! - mean) * scale) * gain[k]!) + bias[k]!;
  }
}
