import type { Ops } from "@posenc/core";
import { floats, integers } from "../expect.ts";
import type { Operation } from "./operation.ts";

/** Scores by distance: what `scoreOf` says of each key − query, however the positions lie. */
export function testRelative(operation: Operation): void {
  // head h: slope · relative below 0, (h + 2) · relative above, from a table of slopes
  const slopes = [-0.5, 0.25, 3];
  const score = (relative: number, head: number): number =>
    slopes[head]! * Math.min(relative, 0) + (head + 2) * Math.max(relative, 0);
  const body = <T>(ops: Ops<T>, queries: T, keys: T): T => {
    const { add, constant, expandDims, float, maximum, minimum, mul } = ops;
    return ops.relativeScores(queries, keys, (relative) => {
      const each = expandDims(float(relative), -3);
      const [left, right] = [slopes, slopes.map((_, head) => head + 2)].map((values) =>
        constant(Float32Array.from(values), [values.length, 1, 1]),
      ) as [T, T];
      return add(mul(minimum(each, 0), left), mul(maximum(each, 0), right));
    });
  };

  const positions: Record<string, [queries: (i: number) => number, keys: (i: number) => number]> = {
    "all tokens": [(i) => i, (i) => i],
    "a step of decoding, far out": [(i) => 100_000 + i, (i) => 99_996 + i],
    "gaps, repeats and any order": [(i) => [7, 3, 3, 40][i]!, (i) => [5, 40, 0, 7, 6][i]!],
  };
  for (const [name, [query, key]] of Object.entries(positions)) {
    operation(
      `relativeScores of ${name}`,
      [integers([4], query), integers([5], key)],
      (ops, queries, keys) => [body(ops, queries!, keys!)],
      [floats([3, 4, 5], (head, i, j) => score(key(j) - query(i), head))],
    );
  }
  operation(
    "uniqueDistances of a batch with gaps and repeats",
    [
      integers([2, 2], (b, i) => [7, 3, 3, 40][2 * b + i]!),
      integers([2, 3], (b, j) => [5, 7, 7, 3, 0, 40][3 * b + j]!),
    ],
    ({ uniqueDistances }, queries, keys) => {
      const { distances, index } = uniqueDistances(queries!, keys!);
      return [distances, index];
    },
    [
      integers([8], (i) => [-40, -37, -3, -2, 0, 2, 4, 37][i]!),
      integers([2, 2, 3], (b, i, j) => [3, 4, 4, 5, 6, 6, 4, 2, 7, 1, 0, 4][6 * b + 3 * i + j]!),
    ],
  );
  operation(
    "relativeScores of a batch",
    [integers([2, 4], (b, i) => 3 * b + i), integers([2, 5], (b, j) => b * 2 + j * (b + 1))],
    (ops, queries, keys) => [body(ops, queries!, keys!)],
    [floats([2, 3, 4, 5], (b, head, i, j) => score(b * 2 + j * (b + 1) - (3 * b + i), head))],
  );
}
