/** So many floats; a view costs more than a short loop. */
export function copyFloats(
  out: Float32Array,
  to: number,
  data: Float32Array,
  from: number,
  count: number,
): void {
  if (count > 16) out.set(data.subarray(from, from + count), to);
  else for (let i = 0; i < count; i++) out[to + i] = data[from + i]!;
}
