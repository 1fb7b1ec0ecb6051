/** What a score does with distance. Distances are query − key, in positions: above 0 the key comes first. */
export interface ScoreProfile {
  /** [length, length], row by row: the query's position, then the key's. */
  readonly matrix: readonly number[];
  readonly byDistance: ByDistance;
  /** The largest difference between a score and the mean of its distance; 0 but for rounding where only the distance counts. */
  readonly shiftSpread: number;
  /** `shiftSpread` is within float32 rounding: at most 1e-5 of the largest score. */
  readonly shiftInvariant: boolean;
  /** No score changes by more than that when query and key change places. */
  readonly symmetric: boolean;
  readonly decay: Decay;
}

export interface ByDistance {
  /** −(length − 1) … length − 1. */
  readonly distances: readonly number[];
  /** The mean score of all pairs at that distance. */
  readonly means: readonly number[];
  /** Those means relative to distance 0, as {@link Relation} says; null where that is no finite number. */
  readonly relative: readonly (number | null)[];
}

/** Relative means at distances 1, 2, 4, 8 … below length. */
export interface Decay {
  readonly distances: readonly number[];
  /** Keys before the query. */
  readonly before: readonly (number | null)[];
  /** Keys after the query. */
  readonly after: readonly (number | null)[];
  /** The first distance, in positions, where it is below a half; null where there is none below length. */
  readonly halfBefore: number | null;
  readonly halfAfter: number | null;
}

/**
 * How a score is set against the one at distance 0. "ratio": divided by it, for products. "weight": e^(score − that
 * score), the factor of the attention weight, for what is added before the softmax.
 */
export type Relation = "ratio" | "weight";

const TOLERANCE = 1e-5;

const relations: Readonly<Record<Relation, (score: number, atZero: number) => number>> = {
  ratio: (score, atZero) => score / atZero,
  weight: (score, atZero) => Math.exp(score - atZero),
};

/** @param matrix scores [length, length], row by row */
export function scoreProfile(matrix: Float64Array, length: number, relation: Relation): ScoreProfile {
  const means = new Float64Array(2 * length - 1);
  eachPair(length, (p, q) => {
    means[p - q + length - 1]! += matrix[p * length + q]! / (length - Math.abs(p - q));
  });
  let [largest, shiftSpread, asymmetry] = [0, 0, 0];
  eachPair(length, (p, q) => {
    const score = matrix[p * length + q]!;
    largest = Math.max(largest, Math.abs(score));
    shiftSpread = Math.max(shiftSpread, Math.abs(score - means[p - q + length - 1]!));
    asymmetry = Math.max(asymmetry, Math.abs(score - matrix[q * length + p]!));
  });

  const relative = Array.from(means, (mean) => finite(relations[relation](mean, means[length - 1]!)));
  return {
    matrix: plain(matrix),
    byDistance: {
      distances: Array.from({ length: means.length }, (_, i) => i - length + 1),
      means: plain(means),
      relative,
    },
    shiftSpread,
    shiftInvariant: shiftSpread <= TOLERANCE * largest,
    symmetric: asymmetry <= TOLERANCE * largest,
    decay: decayOf(relative, length),
  };
}

function decayOf(relative: readonly (number | null)[], length: number): Decay {
  const powers = Math.ceil(Math.log2(length));
  const distances = Array.from({ length: powers }, (_, i) => 2 ** i);
  const before = (distance: number) => relative[length - 1 + distance]!;
  const after = (distance: number) => relative[length - 1 - distance]!;
  const half = (at: typeof before): number | null => {
    for (let distance = 1; distance < length; distance++) {
      const value = at(distance);
      if (value !== null && value < 0.5) return distance;
    }
    return null;
  };
  return {
    distances,
    before: distances.map(before),
    after: distances.map(after),
    halfBefore: half(before),
    halfAfter: half(after),
  };
}

function eachPair(length: number, visit: (p: number, q: number) => void): void {
  for (let p = 0; p < length; p++) for (let q = 0; q < length; q++) visit(p, q);
}

/** Without −0, which JSON does not keep. */
const plain = (values: Float64Array): number[] => Array.from(values, (value) => value + 0);

const finite = (value: number): number | null => (Number.isFinite(value) ? value + 0 : null);
