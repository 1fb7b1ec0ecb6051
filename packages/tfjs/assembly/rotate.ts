/**
 * Turns the pairs of x [n0, n1, n2, dim] by angles: (a, b) → (a·cos − b·sin, b·cos + a·sin). Row (i, j, k) of the
 * sines and cosines, of `half` values, begins at i·s0 + j·s1 + k·s2. Pairs are (i, i + half), or (2i, 2i + 1) where
 * `interleaved`; the values from 2 · half on are copied.
 */
export function rotate(
  x: usize,
  sin: usize,
  cos: usize,
  out: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  s0: i32,
  s1: i32,
  s2: i32,
  dim: i32,
  half: i32,
  interleaved: bool,
): void {
  const bytes = (dim as usize) << 2;
  const rotated = (half as usize) << 3;
  for (let i = 0; i < n0; i++) {
    for (let j = 0; j < n1; j++) {
      for (let k = 0; k < n2; k++) {
        const turn = ((i * s0 + j * s1 + k * s2) as usize) << 2;
        if (interleaved) turnNeighbours(x, sin + turn, cos + turn, out, half);
        else turnHalves(x, sin + turn, cos + turn, out, half);
        for (let at = rotated; at < bytes; at += 4) store<f32>(out + at, load<f32>(x + at));
        x += bytes;
        out += bytes;
      }
    }
  }
}

function turnHalves(x: usize, sin: usize, cos: usize, out: usize, half: i32): void {
  const far = (half as usize) << 2;
  const whole = far & ~15;
  for (let at: usize = 0; at < whole; at += 16) {
    const a = v128.load(x + at);
    const b = v128.load(x + far + at);
    const s = v128.load(sin + at);
    const c = v128.load(cos + at);
    v128.store(out + at, f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s)));
    v128.store(out + far + at, f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s)));
  }
  for (let at = whole; at < far; at += 4) {
    const a = load<f32>(x + at);
    const b = load<f32>(x + far + at);
    const s = load<f32>(sin + at);
    const c = load<f32>(cos + at);
    store<f32>(out + at, a * c - b * s);
    store<f32>(out + far + at, b * c + a * s);
  }
}

function turnNeighbours(x: usize, sin: usize, cos: usize, out: usize, half: i32): void {
  const end = (half as usize) << 2;
  const whole = end & ~15;
  for (let at: usize = 0; at < whole; at += 16) {
    const first = v128.load(x + 2 * at);
    const second = v128.load(x + 2 * at, 16);
    const a = v128.shuffle<f32>(first, second, 0, 2, 4, 6);
    const b = v128.shuffle<f32>(first, second, 1, 3, 5, 7);
    const s = v128.load(sin + at);
    const c = v128.load(cos + at);
    const newA = f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s));
    const newB = f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s));
    v128.store(out + 2 * at, v128.shuffle<f32>(newA, newB, 0, 4, 1, 5));
    v128.store(out + 2 * at, v128.shuffle<f32>(newA, newB, 2, 6, 3, 7), 16);
  }
  for (let at = whole; at < end; at += 4) {
    const a = load<f32>(x + 2 * at);
    const b = load<f32>(x + 2 * at, 4);
    const s = load<f32>(sin + at);
    const c = load<f32>(cos + at);
    store<f32>(out + 2 * at, a * c - b * s);
    store<f32>(out + 2 * at, b * c + a * s, 4);
  }
}
