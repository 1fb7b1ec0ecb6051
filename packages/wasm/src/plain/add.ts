/** The addition kernels in JavaScript: a row of `out` is a row of `a` and one of `b`, with steps of 0 or 1 along them. */
export function addPlain(
  out: Float32Array,
  o: number,
  a: Float32Array,
  i: number,
  aStep: number,
  b: Float32Array,
  j: number,
  bStep: number,
  count: number,
): void {
  for (let k = 0; k < count; k++) out[o + k] = a[i + k * aStep]! + b[j + k * bStep]!;
}
