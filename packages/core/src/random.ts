/** A seeded source of pseudo-random numbers: the same seed and name, the same numbers, on every machine. */
export interface Random {
  /** In [0, 1). */
  uniform(): number;
  /** Mean 0, standard deviation 1 (Box and Muller, 1958). */
  normal(): number;
  /** A whole number in [0, n). */
  below(n: number): number;
  /** The numbers 0 … n − 1 in random order (Fisher and Yates). */
  permutation(n: number): Int32Array;
}

/** Numbers in [0, 1): Mulberry32 (Ettinger, 2017), seeded by FNV-1a over the name and the seed. */
function uniforms(seed: number, name: string): () => number {
  let state = 0x811c9dc5;
  for (const character of `${name}\n${seed}`)
    state = Math.imul(state ^ character.codePointAt(0)!, 0x01000193);

  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Normal numbers from uniform ones (Box and Muller, 1958). */
function normalOf(uniform: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** As `random(seed, name).normal`. */
export function normals(seed: number, name: string): () => number {
  return normalOf(uniforms(seed, name));
}

export function random(seed: number, name = ""): Random {
  const uniform = uniforms(seed, name);
  const below = (n: number): number => Math.floor(uniform() * n);
  return {
    uniform,
    below,
    normal: normalOf(uniform),
    permutation(n) {
      const order = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = below(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
  };
}
