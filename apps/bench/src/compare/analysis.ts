import { analyze, type Encoder } from "@posenc/core";
import type { AnalysisResult } from "../results.ts";

const POSITIONS = 64;

/**
 * What becomes of the score of two tokens with distance, with an encoder's trained parameters, or its first ones where
 * it was not trained.
 */
export function scoreByDistance(
  id: string,
  encoder: Encoder,
  trained?: Readonly<Record<string, Float32Array>>,
): AnalysisResult {
  const { relation, length, scores, heads } = analyze(encoder, {
    length: POSITIONS,
    ...(trained && { values: trained }),
  });
  const { distances, relative } = scores.byDistance;
  const all = heads.length > 0 ? heads.map(({ byDistance }) => byDistance.relative) : [relative];
  return {
    encoder: id,
    relation,
    length,
    heads: all.length,
    distances,
    relative: distances.map((_, i) => meanOf(all.map((head) => head[i]!))),
    atZero: scores.byDistance.means[length - 1]!,
    shiftInvariant: heads.length > 0 ? heads.every((head) => head.shiftInvariant) : scores.shiftInvariant,
    shiftSpread: Math.max(scores.shiftSpread, ...heads.map((head) => head.shiftSpread)),
  };
}

function meanOf(values: readonly (number | null)[]): number | null {
  const sum = values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
  return sum === null ? null : Number((sum / values.length).toPrecision(5));
}
