import Table from "cli-table3";
import { PLAIN } from "../compare/table.ts";
import { count } from "../format.ts";
import { plain } from "../inspect/render-inspection.ts";
import type { Verification } from "./verification.ts";

/** What was found, by ranges of positions. */
export function renderVerification(verification: Verification): string {
  const { file, as, json, options, dtype, ranges, passed } = verification;
  const table = new Table({
    head: ["positions", "runs", "largest error", `${dtype} steps`, ""],
    colAligns: ["left", "right", "right", "right", "left"],
    ...PLAIN,
  });
  for (const { from, to, runs, absolute, steps, within } of ranges) {
    const places = from === to ? count(from) : `${count(from)} … ${count(to)}`;
    table.push([places, String(runs), number(absolute), number(steps), within ? "" : "too far"]);
  }
  const rows = [
    ["file", plain(file)],
    [as, plain(JSON.stringify(json))],
    ["written as", plain(JSON.stringify(options))],
    ["allowed", allowedText(verification)],
  ] as const;
  return [
    ...rows.map(([name, text]) => `${name.padEnd(12)}${text}`),
    "",
    table.toString(),
    "",
    passed ? "passed\n" : "failed\n",
  ].join("\n");
}

function allowedText({ dtype, allowed: { absolute, float16Steps } }: Verification): string {
  const number = `${absolute.toExponential()} · max(1, |value|)`;
  return dtype === "float16" ? `${float16Steps} step of float16, or ${number}` : number;
}

const number = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? "no number" : String(Number(value.toPrecision(3)));
