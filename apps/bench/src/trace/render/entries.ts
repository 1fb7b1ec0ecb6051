import { fixed, shape } from "../../format.ts";
import type { Ends, Excerpt } from "../data.ts";
import { padEnd, padStart } from "./style.ts";

const CELL = 9;

/** Four places, and fewer where the number is large. */
const entry = (value: number): string => fixed(value, Math.abs(value) < 10 ? 4 : 2);

/** "   0.0000   1.0000   0.0000 …   1.0000   0.0000   1.0000" */
export function entries({ first, last }: Ends): string {
  const cells = (values: readonly number[]) => values.map((value) => padStart(entry(value), CELL)).join("");
  return last.length > 0 ? `${cells(first)} …${cells(last)}` : cells(first);
}

/** Shape, mean, deviation, and the ends of the first and the last row. */
export function excerptLines(name: string, { shape: lengths, mean, deviation, rows }: Excerpt): string[] {
  return [
    `  ${name}: ${shape(lengths)}, mean ${fixed(mean, 3)}, deviation ${fixed(deviation, 3)}`,
    ...rows.map(({ index, ends }) => `  ${padEnd(`row ${index}`, 12)}${entries(ends)}`),
  ];
}
