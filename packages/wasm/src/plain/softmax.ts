const SHIFT = 12582912;
const bits = new Int32Array(1);
const asFloat = new Float32Array(bits.buffer);
const { fround } = Math;

/** Constants as float32 has them. */
const [LOG2E, LN2_HIGH, LN2_LOW] = [Math.LOG2E, 0.693359375, -0.00021219444].map(fround) as [
  number,
  number,
  number,
];
const TERMS = Float32Array.of(
  ...[0.000198756915, 0.0013981999507, 0.0083334519073, 0.041665795894, 0.16666665459, 0.50000001201],
);

function powerOfTwo(n: number): number {
  bits[0] = (n + 127) << 23;
  return asFloat[0]!;
}

/** The exponential of the kernels, with the same bits: x ≤ 0. */
function exponential(x: number): number {
  const d = Math.max(x, -110);
  const n = fround(fround(fround(d * LOG2E) + SHIFT) - SHIFT);
  let r = fround(d - fround(n * LN2_HIGH));
  r = fround(r - fround(n * LN2_LOW));
  let y = TERMS[0]!;
  for (let i = 1; i < 6; i++) y = fround(fround(y * r) + TERMS[i]!);
  y = fround(fround(fround(y * fround(r * r)) + r) + 1);
  const whole = n | 0;
  const half = whole >> 1;
  return fround(fround(y * powerOfTwo(half)) * powerOfTwo(whole - half));
}

const sums = new Float64Array(4);

/** A row of the softmax kernels in JavaScript, with the same bits. */
export function softmaxPlain(out: Float32Array, o: number, x: Float32Array, i: number, count: number): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < count; k++) most = Math.max(most, x[i + k]!);
  sums.fill(0);
  for (let k = 0; k < count; k++) {
    const e = exponential(fround(x[i + k]! - most));
    out[o + k] = e;
    sums[k & 3]! += e;
  }
  const sum = fround(sums[0]! + sums[1]! + (sums[2]! + sums[3]!));
  for (let k = 0; k < count; k++) out[o + k] = out[o + k]! / sum;
}
