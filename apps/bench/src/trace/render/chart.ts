import { fixed } from "../../format.ts";
import { padStart, width } from "./style.ts";

const HEIGHT = 8;
const LEVELS = [..." ▁▂▃▄▅▆▇█"];
const LEAD = 9;

/**
 * The training loss over the steps as columns of blocks, from 0 up, with the epochs below. Each column is the mean
 * of the steps that fall into it.
 *
 * @param epochs how many epochs the steps belong to; the last may be unfinished
 */
export function lossChart(steps: readonly number[], stepsPerEpoch: number, columns: number): string[] {
  if (steps.length === 0) return [];
  const available = columns - LEAD - 1;
  const across = Math.min(available, steps.length);
  const repeat = Math.max(1, Math.min(6, Math.floor(available / across)));
  const means = Array.from({ length: across }, (_, i) => {
    const start = Math.floor((i * steps.length) / across);
    const part = steps.slice(start, Math.max(start + 1, Math.floor(((i + 1) * steps.length) / across)));
    return part.reduce((sum, loss) => sum + loss, 0) / part.length;
  });
  const top = Math.max(...means);
  const levels = means.map((mean) => (top > 0 ? Math.max(1, Math.round((mean / top) * HEIGHT * 8)) : 0));
  const lines = Array.from({ length: HEIGHT }, (_, line) => {
    const base = (HEIGHT - 1 - line) * 8;
    const cells = levels.map((level) => LEVELS[Math.min(8, Math.max(0, level - base))]!.repeat(repeat));
    const label = line === 0 || line === HEIGHT / 2 ? fixed((top * (HEIGHT - line)) / HEIGHT, 2) : "";
    return `${padStart(label, LEAD - 2)} ┤${cells.join("")}`;
  });
  const length = across * repeat;
  return [
    ...lines,
    `${padStart("0", LEAD - 2)} └${"─".repeat(length)}`,
    " ".repeat(LEAD) + epochMarks(steps.length / stepsPerEpoch, length),
  ];
}

/** "epoch 1      2      3", each number where its epoch begins; what does not fit is left out. */
function epochMarks(epochs: number, length: number): string {
  let line = "";
  for (let epoch = 0; epoch < epochs; epoch++) {
    const at = Math.round((epoch * length) / epochs);
    const mark = epoch === 0 ? "epoch 1" : String(epoch + 1);
    const free = width(line) === 0 || width(line) < at;
    if (free && at + width(mark) <= length) line = line.padEnd(at) + mark;
  }
  return line;
}
