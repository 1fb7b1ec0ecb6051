/**
 * The rotation kernels in JavaScript, with the same bits: each product and sum is rounded to float32. Offsets and steps
 * are in floats. Pair j is at j · pairStep and memberStep further on.
 */
export function rotatePlain(
  out: Float32Array,
  o: number,
  x: Float32Array,
  i: number,
  cos: Float32Array,
  c: number,
  sin: Float32Array,
  s: number,
  sharers: number,
  sharerStep: number,
  rows: number,
  rowStep: number,
  tableStep: number,
  half: number,
  rest: number,
  pairStep: number,
  memberStep: number,
): void {
  const { fround } = Math;
  for (let first = 0; first < sharers; first += 4) {
    const last = Math.min(first + 4, sharers);
    for (let row = 0; row < rows; row++) {
      const table = row * tableStep;
      for (let j = 0; j < half; j++) {
        const cosine = cos[c + table + j]!;
        const sine = sin[s + table + j]!;
        for (let n = first; n < last; n++) {
          const at = n * sharerStep + row * rowStep + j * pairStep;
          const a = x[i + at]!;
          const b = x[i + at + memberStep]!;
          out[o + at] = fround(a * cosine) - fround(b * sine);
          out[o + at + memberStep] = fround(b * cosine) + fround(a * sine);
        }
      }
      for (let n = first; rest > 0 && n < last; n++) {
        const at = n * sharerStep + row * rowStep + 2 * half;
        for (let j = at; j < at + rest; j++) out[o + j] = x[i + j]!;
      }
    }
  }
}
