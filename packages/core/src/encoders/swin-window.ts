import { checkList, checkSize } from "../checks.ts";
import type { Ops } from "../ops.ts";
import { headsFirst } from "../relative-positions.ts";

export type Window = readonly [rows: number, columns: number];

export function checkWindow(who: string, what: string, value: unknown): Window {
  const [rows, columns] = checkList(who, what, value, "[rows, columns]", checkSize, 2);
  return [rows!, columns!];
}

/**
 * Rows of a table by relative position: row (Δrow + rows − 1)(2·columns − 1) + Δcolumn + columns − 1 holds the scores
 * of a query that stands Δrow below and Δcolumn to the right of a key.
 *
 * @param queries [..., q, 2], and keys [..., k, 2], of rows and columns
 * @param table [(2·rows − 1)(2·columns − 1), heads]
 * @returns [..., heads, q, k]
 */
export function relativeScores<T>(ops: Ops<T>, queries: T, keys: T, table: T, [rows, columns]: Window): T {
  const { add, gather, mul, split, sub, swapAxes } = ops;
  const [queryRow, queryColumn] = split(queries, [1, 1], -1) as [T, T];
  const [keyRow, keyColumn] = split(keys, [1, 1], -1).map((x) => swapAxes(x, -2, -1)) as [T, T];
  const row = mul(add(sub(queryRow, keyRow), rows - 1), 2 * columns - 1);
  const index = add(row, add(sub(queryColumn, keyColumn), columns - 1)); // [..., q, k]
  return headsFirst(ops, gather(table, index));
}
