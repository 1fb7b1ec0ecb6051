import { checks, random } from "@posenc/core";

export interface SamplingOptions {
  /** Logits are divided by this before the softmax; 0, which is greedy, unless given. */
  readonly temperature?: number;
  /** Only so many of the likeliest tokens are drawn from; all unless given. */
  readonly topK?: number;
  /** The same seed, the same tokens; 0 unless given. */
  readonly seed?: number;
}

/** @throws TypeError, RangeError for a bad option */
export function checkSampling({ temperature, topK, seed }: SamplingOptions, outputs: number): void {
  if (temperature !== undefined) checks.checkBetween("generate", "temperature", temperature, 0, 1e6);
  if (topK !== undefined) checks.checkCount("generate", "topK", topK, 1, outputs);
  if (seed !== undefined) checks.checkCount("generate", "seed", seed, 0);
  const [unused] = Object.entries({ topK, seed }).filter(([, value]) => value !== undefined);
  if (unused && !(temperature! > 0)) {
    throw new RangeError(
      `generate: temperature must be above 0 where ${unused[0]} is given, got ${checks.show(temperature)}`,
    );
  }
}

/**
 * Draws tokens from logits. Each row of a batch has numbers of its own, so that its tokens do not depend on the other
 * rows.
 *
 * @returns logits [outputs] → a token; the first of equals where greedy
 */
export function sampler(
  { temperature = 0, topK, seed = 0 }: SamplingOptions,
  row: number,
): (logits: Float32Array) => number {
  const { uniform } = random(seed, `generate ${row}`);
  return (logits) => {
    if (!logits.every(Number.isFinite)) {
      throw new RangeError("generate: the model's logits must be finite, got NaN or infinity");
    }
    const best = logits.reduce((best, logit, i) => (logit > logits[best]! ? i : best), 0);
    if (temperature === 0) return best;
    const order = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
    const kept = order.slice(0, topK);
    const weights = kept.map((token) => Math.exp((logits[token]! - logits[best]!) / temperature));
    let left = uniform() * weights.reduce((a, b) => a + b, 0);
    const drawn = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    return kept[drawn] ?? best;
  };
}
