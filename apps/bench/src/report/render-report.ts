import type { Results } from "../results.ts";
import { distanceSection } from "./distance-section.ts";
import { date, duration } from "./format.ts";
import { type Html, html, raw } from "./html.ts";
import {
  numbersSection,
  picturesSection,
  repeatSection,
  speedSection,
  summarySection,
  tasksSection,
} from "./sections.ts";
import { style } from "./style.ts";

/**
 * The results as one HTML page that needs nothing else: style and charts are in it. Results that are there in
 * part only make a page that says so.
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
  const links = sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`);
  const bodies = sections.map(
    ({ id, title, body }) =>
      html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>\n`,
  );
  const title = "posenc: position encoders compared";
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
<header>
<h1>Position encoders compared</h1>
<p>What does a transformer gain from knowing where its tokens stand, and what does it cost? Each encoder was trained on tasks whose answer depends on the order of the tokens, exported to ONNX and timed.</p>
<p class="facts">${facts(results)}</p>
${results.complete ? undefined : unfinished(results)}
<nav aria-label="Sections"><ul>${links}</ul></nav>
</header>
<main>
${bodies}</main>
<footer>Made by posenc. The same numbers are in results.json.</footer>
</body>
</html>
`.html;
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
