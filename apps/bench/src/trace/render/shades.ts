import { fixed } from "../../format.ts";
import { cut, padEnd, padStart } from "./style.ts";

const SHADES = [..." ░▒▓█"];

/** A character for `value` between `low` and `high`. */
function shade(value: number, low: number, high: number): string {
  const level = high > low ? Math.round(((value - low) / (high - low)) * (SHADES.length - 1)) : 0;
  return SHADES[level]!;
}

/** A picture of a matrix: a line for each row, a darker cell for a larger value. Only as many columns as fit. */
export function picture(
  values: readonly (readonly number[])[],
  columns: number,
): { readonly lines: readonly string[]; readonly shown: number; readonly scale: string } {
  const lead = (row: number | string) => padStart(String(row), 6);
  const available = columns - 8;
  const length = values[0]!.length;
  const shown = Math.min(length, available);
  const cell = Math.max(1, Math.min(4, Math.floor(available / shown)));
  const visible = values.map((row) => row.slice(0, shown));
  const [low, high] = [Math.min(...visible.flat()), Math.max(...visible.flat())];
  return {
    lines: visible.map(
      (row, i) => `${lead(i)} │${row.map((value) => shade(value, low, high).repeat(cell)).join("")}│`,
    ),
    shown,
    scale: `" " = ${fixed(low, 2)}   "█" = ${fixed(high, 2)}`,
  };
}

/** A square of weights between named rows and columns, with the numbers in per cent. */
export function heatMap(weights: readonly (readonly number[])[], names: readonly string[]): string[] {
  const lead = 10;
  const cell = 6;
  const header = names.map((name) => padStart(cut(name, cell - 1), cell)).join("");
  const rows = weights.map((row, i) => {
    const cells = row.map((weight) => {
      const number = Math.round(100 * weight);
      return `${padStart(String(number), 3)} ${shade(weight, 0, 1).repeat(2)}`;
    });
    return `  ${padEnd(cut(names[i]!, lead - 3), lead - 2)}${cells.join("")}`;
  });
  return [" ".repeat(lead) + header, ...rows];
}

/** A bar of `length` cells for a fraction, in eighths of a cell. */
export function bar(fraction: number, length: number): string {
  const eighths = Math.round(fraction * length * 8);
  return "█".repeat(Math.floor(eighths / 8)) + [..." ▏▎▍▌▋▊▉"][eighths % 8]!.trim();
}
