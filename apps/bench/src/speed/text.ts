import { SLOW, standings, type WorkloadResult } from "@posenc/benchmarks/contests";
import Table from "cli-table3";
import { PLAIN } from "../compare/table.ts";
import type { SpeedResults } from "./results.ts";
import { error, notTimed, notWon, rate, ratio, time, verdict } from "./verdict.ts";

/** Fastest first; ours have a star. */
export function workloadText(result: WorkloadResult): string {
  const sorted = standings(result).all.toSorted((a, b) => a.opponent.cpu.median - b.opponent.cpu.median);
  const checked = sorted.some(({ opponent }) => opponent.accuracy);
  const { baseline } = result;
  const head = ["opponent", "median", "low to high", "clock", "rate", `÷ ${baseline.title}`, "÷ best other"];
  const table = new Table({
    head: checked ? [...head, "error"] : head,
    colAligns: ["left", ...head.map(() => "right" as const)],
    ...PLAIN,
  });
  for (const standing of sorted) {
    const { opponent, toBaseline, toBestOther } = standing;
    const { cpu, wall, title, ours } = opponent;
    table.push([
      `${ours ? "*" : " "} ${opponent.idle ? baseline.title : title}`,
      time(cpu.median),
      `${time(cpu.low)} to ${time(cpu.high)}`,
      time(wall.median),
      rate(standing, result),
      ratio(toBaseline),
      ratio(toBestOther),
      ...(checked ? [error(standing)] : []),
    ]);
  }
  return [result.title, table.toString(), ...notTimed(result), verdict(result).text].join("\n");
}

export function introText({
  suite,
  machine,
  rounds,
  milliseconds,
  load,
  notes,
  versions,
}: SpeedResults): string {
  const { cpu, cores, node, platform } = machine;
  return [
    `posenc speed (${suite}): ${rounds} rounds of at least ${milliseconds} ms`,
    `${cpu}, ${cores} cores, Node ${node} on ${platform}; load ${load.toFixed(2)}`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", "),
    ...notes,
    `An opponent whose call takes over ${SLOW.milliseconds / 1000} s has ${SLOW.rounds} rounds at most.`,
    "* is ours; ÷ is a ratio of medians, below 1 is faster.",
    "",
  ].join("\n");
}

/** Where ours do not win. */
export function endText({ workloads }: SpeedResults): string {
  if (!workloads.some((result) => verdict(result).ahead !== undefined)) return "Nothing was compared.";
  const lost = notWon(workloads);
  if (lost.length === 0) return "Where we do not win: nowhere in this run.";
  return ["Where we do not win:", ...lost.map(({ title, text }) => `  ${title}: ${text}`)].join("\n");
}
