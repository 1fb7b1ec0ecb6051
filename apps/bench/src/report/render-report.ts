import type { Results } from "../results.ts";
import { distanceSection } from "./distance-section.ts";
import { date, duration } from "./format.ts";
import { type Html, html } from "./html.ts";
import { page } from "./page.ts";
import {
  numbersSection,
  picturesSection,
  repeatSection,
  speedSection,
  summarySection,
  tasksSection,
} from "./sections.ts";

/**
 * The results as one HTML page. Results that are there in part only make a page that says so.
 */
export async function renderReport(results: Results): Promise<string> {
  const sections = [
    summarySection(results),
    await tasksSection(results),
    await speedSection(results),
    await picturesSection(results),
    await distanceSection(results),
    numbersSection(results),
    repeatSection(results),
  ];
  const header = html`<h1>Position encoders compared</h1>
<p>What does a transformer gain from knowing where its tokens stand, and what does it cost? Each encoder was trained on tasks whose answer depends on the order of the tokens, exported to ONNX and timed.</p>
<p class="facts">${facts(results)}</p>
${results.complete ? undefined : unfinished(results)}`;
  const footer = "Made by posenc. The same numbers are in results.json.";
  return page("posenc: position encoders compared", header, sections, footer);
}

function facts({ startedAt, finishedAt, machine }: Results): string {
  const seconds = finishedAt ? (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000 : undefined;
  const took = seconds === undefined ? [] : [`took ${duration(seconds)}`];
  const where = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node} on ${machine.platform}`;
  return [date(startedAt), ...took, where].join(" · ");
}

function unfinished({ runs, encoders, tasks, seeds }: Results): Html {
  const planned = encoders.length * tasks.length * Math.max(1, seeds.length);
  return html`<p class="note" role="note"><strong>Not complete.</strong> This run was broken off or is still going on: ${runs.length} of ${planned} trainings are here. What is missing reads “not run”.</p>`;
}
