/**
 * The transformer with RoPE (halves) and ALiBi once more, in plain loops over float64 numbers, one token after another:
 * what it should give, written without Ops, encoders or tensors.
 */
interface Sizes {
  readonly dim: number;
  readonly heads: number;
  readonly blocks: number;
  /** Of RoPE. */
  readonly base: number;
  /** Of ALiBi, one for each head. */
  readonly slopes: readonly number[];
}

type Vector = readonly number[];

/** The logits after each token. @param weights row by row, by name */
export function decodeByHand(
  weights: Readonly<Record<string, Vector>>,
  tokens: readonly number[],
  { dim, heads, blocks, base, slopes }: Sizes,
): number[][] {
  const cache = Array.from({ length: blocks }, () => ({ keys: [] as number[][], values: [] as number[][] }));
  return tokens.map((token, position) => {
    let x = weights.embedding!.slice(token * dim, (token + 1) * dim);
    for (let block = 0; block < blocks; block++) {
      const w = (name: string) => weights[`blocks.${block}.${name}`]!;
      const n = norm(x, w("attention.norm.gain"), w("attention.norm.bias"));
      const q = turn(times(n, w("attention.query")), position);
      const { keys, values } = cache[block]!;
      keys.push(turn(times(n, w("attention.key")), position));
      values.push(times(n, w("attention.value")));
      const seen = new Array<number>(dim).fill(0);
      for (let head = 0; head < heads; head++) {
        const [from, to] = [(head * dim) / heads, ((head + 1) * dim) / heads];
        const scores = keys.map((key, at) => {
          let product = 0;
          for (let i = from; i < to; i++) product += q[i]! * key[i]!;
          return product / Math.sqrt(dim / heads) - slopes[head]! * (position - at);
        });
        const shares = scores.map((score) => Math.exp(score));
        const sum = shares.reduce((a, b) => a + b);
        for (const [at, share] of shares.entries())
          for (let i = from; i < to; i++) seen[i]! += (share / sum) * values[at]![i]!;
      }
      x = plus(x, times(seen, w("attention.output")));
      const m = norm(x, w("mlp.norm.gain"), w("mlp.norm.bias"));
      const hidden = plus(times(m, w("mlp.up.weight")), w("mlp.up.bias")).map((value) => Math.max(value, 0));
      x = plus(x, plus(times(hidden, w("mlp.down.weight")), w("mlp.down.bias")));
    }
    return plus(
      times(norm(x, weights["norm.gain"]!, weights["norm.bias"]!), weights["head.weight"]!),
      weights["head.bias"]!,
    );
  });

  function turn(x: Vector, position: number): number[] {
    const out = [...x];
    const size = dim / heads;
    for (let head = 0; head < heads; head++) {
      for (let i = 0; i < size / 2; i++) {
        const angle = position * base ** ((-2 * i) / size);
        const [a, b] = [head * size + i, head * size + i + size / 2];
        out[a] = x[a]! * Math.cos(angle) - x[b]! * Math.sin(angle);
        out[b] = x[b]! * Math.cos(angle) + x[a]! * Math.sin(angle);
      }
    }
    return out;
  }
}

const plus = (a: Vector, b: Vector) => a.map((value, i) => value + b[i]!);

function times(x: Vector, matrix: Vector): number[] {
  const width = matrix.length / x.length;
  return Array.from({ length: width }, (_, j) =>
    x.reduce((sum, value, i) => sum + value * matrix[i * width + j]!, 0),
  );
}

function norm(x: Vector, gain: Vector, bias: Vector): number[] {
  const mean = x.reduce((a, b) => a + b) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * gain[i]! + bias[i]!);
}
