/** `count` floats, which do not overlap. */
export function copyFloats(out: usize, from: usize, count: i32): void {
  const end = (<usize>count) << 2;
  let j: usize = 0;
  for (; j + 64 <= end; j += 64) {
    const a = v128.load(from + j);
    const b = v128.load(from + j, 16);
    const c = v128.load(from + j, 32);
    const d = v128.load(from + j, 48);
    v128.store(out + j, a);
    v128.store(out + j, b, 16);
    v128.store(out + j, c, 32);
    v128.store(out + j, d, 48);
  }
  for (; j + 16 <= end; j += 16) v128.store(out + j, v128.load(from + j));
  for (; j < end; j += 4) store<f32>(out + j, load<f32>(from + j));
}
