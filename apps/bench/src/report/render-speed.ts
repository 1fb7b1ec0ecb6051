import { standings, type WorkloadResult } from "@posenc/benchmarks/contests";
import type { SpeedResults } from "../speed/results.ts";
import { error, notTimed, notWon, rate, ratio, time, verdict } from "../speed/verdict.ts";
import { contestChart } from "./contest-chart.ts";
import { date } from "./format.ts";
import { type Html, html } from "./html.ts";
import { page, type Section } from "./page.ts";
import { factsTable, table } from "./tables.ts";

/** What `posenc speed` found out, as one HTML page. */
export async function renderSpeed(results: SpeedResults): Promise<string> {
  const { machine, startedAt, load, suite, workloads, complete } = results;
  const where = `${machine.cpu}, ${machine.cores} cores, Node ${machine.node} on ${machine.platform}`;
  const facts = [date(startedAt), where, `load ${load.toFixed(2)} at the start`].join(" · ");
  const unfinished = html`<p class="note" role="note"><strong>Not complete.</strong> This run was broken off or is still going on.</p>`;
  const header = html`<h1>${TITLES[suite] ?? suite}</h1>
<p class="facts">${facts}</p>
${complete ? undefined : unfinished}`;
  const sections = [
    summary(results),
    ...(await Promise.all(workloads.map(workloadSection))),
    howSection(results),
  ];
  return page(`posenc: ${suite}`, header, sections, `Made by posenc. The same numbers are in ${suite}.json.`);
}

const TITLES: Readonly<Record<string, string>> = {
  speed: "Speed of encoding",
  training: "Speed of training in TensorFlow.js",
};

function summary({ workloads }: SpeedResults): Section {
  const rows = workloads.map(
    (result) =>
      html`<tr><th scope="row"><a href="#${result.name}">${result.title}</a></th><td class="text">${verdict(result).text}</td></tr>`,
  );
  const lost = notWon(workloads).map(({ title, text }) => html`<dt>${title}</dt><dd>${text}</dd>`);
  const compared = workloads.some((result) => verdict(result).ahead !== undefined);
  return {
    id: "summary",
    title: "Summary",
    body: html`<div class="card narrow">${table("The fastest of ours and the fastest other", ["Workload", "Result"], rows, ["Result"])}</div>
<h3 class="apart">Where we do not win</h3>${lost.length > 0 ? html`<dl>${lost}</dl>` : html`<p>${compared ? "Nowhere in this run." : "Nothing was compared."}</p>`}`,
  };
}

async function workloadSection(result: WorkloadResult): Promise<Section> {
  const chart = await contestChart(result);
  const left = notTimed(result).map((text) => html`<p class="missing">${text}</p>`);
  return {
    id: result.name,
    title: result.title,
    body: html`<p>${result.about} ${verdict(result).text}</p>
<figure class="card">${chart ? html`<div class="chart">${chart}</div>` : html`<p class="missing">nothing was timed</p>`}</figure>${left}
<details><summary>The times as numbers</summary><div class="card">${timesTable(result)}</div></details>`,
  };
}

function timesTable(result: WorkloadResult): Html {
  const { baseline } = result;
  const rows = standings(result).all.map((standing) => {
    const { opponent, toBaseline, toBestOther } = standing;
    const { cpu, wall, idle, title, ours, rounds } = opponent;
    const name = ours ? html`<strong>${title}</strong>` : html`${idle ? baseline.title : title}`;
    return html`<tr><th scope="row">${name}</th><td>${time(cpu.median)}</td><td>${time(cpu.low)} to ${time(cpu.high)}</td><td>${time(wall.median)}</td><td>${rate(standing, result)}</td><td>${ratio(toBaseline)}</td><td>${ratio(toBestOther)}</td><td>${error(standing)}</td><td>${rounds.length}</td></tr>`;
  });
  const head = ["Opponent", "Median", "Low to high", "By the clock", "Rate"];
  const ratios = [`÷ ${baseline.title}`, "÷ best other", "Largest error", "Rounds"];
  return table(`Processor time of a call: ${result.title}`, [...head, ...ratios], rows);
}

function howSection(results: SpeedResults): Section {
  const { command, notes, machine, versions, rounds, milliseconds, load } = results;
  const { memoryGiB, ...rest } = machine;
  const facts = {
    ...rest,
    memory: `${memoryGiB} GiB`,
    "load at the start": load.toFixed(2),
    rounds,
    "a round": `${milliseconds} ms or more`,
  };
  const card = (caption: string, values: Record<string, unknown>) =>
    html`<div class="card narrow">${factsTable(caption, values)}</div>`;
  return {
    id: "how",
    title: "How it was timed",
    body: html`<pre>${command}</pre>${notes.map((note) => html`<p>${note}</p>`)}
<p>Bars and the first figures are medians over the rounds; thin lines reach from the fastest to the slowest. A ratio below 1 is faster.</p>
<div class="grid">${card("Machine", facts)}${card("Versions", versions)}</div>`,
  };
}
