import type { PictureResult, Results, TaskResult } from "../results.ts";
import { accuracyChart, lossChart } from "./curves.ts";
import { count, roundPercent, significant } from "./format.ts";
import { heatMap, isLarge } from "./heat-map.ts";
import { type Html, html } from "./html.ts";
import type { Section } from "./page.ts";
import { looks } from "./palette.ts";
import { speedChart } from "./speed-chart.ts";
import { epochsTable, factsTable, legend, runsTable, speedTable, summaryTable, swatch } from "./tables.ts";

const notRun = html`<p class="missing">not run</p>`;

export function summarySection(results: Results): Section {
  const about = looks(results.encoders).map(
    (look, i) => html`<dt>${swatch(look)} ${look.id}</dt><dd>${results.encoders[i]!.about}</dd>`,
  );
  const { heldOut } = results.samples;
  return {
    id: "summary",
    title: "Accuracy",
    body: html`<p>The same transformer was trained on the same ${count(results.samples.train)} samples of each task; only the position encoder differs. Accuracy is that on ${count(heldOut)} samples it never saw. The best of a task is bold. A tag marks what has reached the most that an encoder of its sort can: a model that is not shown the order cannot answer a question about it.</p>
<div class="card">${summaryTable(results)}</div>
<h3 class="apart">The encoders</h3><dl>${about}</dl>`,
  };
}

export async function tasksSection(results: Results): Promise<Section> {
  const cards = await Promise.all(results.tasks.map((task) => taskCard(results, task)));
  return {
    id: "training",
    title: "Training",
    body: html`<p>One colour and mark for each encoder, in every chart.${results.seeds.length > 1 ? " Thick lines are medians over the seeds, thin lines single runs." : ""} Dashed lines are ceilings: no model that sees only so much can do better, however long it is trained.</p>
${legend(results)}<div class="grid">${cards}</div>`,
  };
}

async function taskCard(results: Results, task: TaskResult): Promise<Html> {
  const charts = [
    { title: "Accuracy on held-out samples", chart: await accuracyChart(results, task) },
    { title: "Loss in training (cross-entropy, nats)", chart: await lossChart(results, task) },
  ];
  const drawn = charts.map(
    ({ title, chart }) => html`<h4>${title}</h4>${chart ? html`<div class="chart">${chart}</div>` : notRun}`,
  );
  const { withoutPositions, symmetricDistance } = task.ceilings;
  const reason = (name: string, ceiling?: { accuracy: number; because: string }) =>
    ceiling && html`<dt>${name}: ${roundPercent(ceiling.accuracy)}</dt><dd>${ceiling.because}</dd>`;
  return html`<section class="card"><h3>${task.title}</h3><p>${task.question}</p>${drawn}
<details><summary>Why there is a ceiling</summary><dl class="stacked">${reason("Without positions", withoutPositions)}${reason("With distances only", symmetricDistance)}</dl></details></section>`;
}

export async function speedSection(results: Results): Promise<Section> {
  const workloads = [...new Set(results.speed.map(({ workload }) => workload))];
  const cards = await Promise.all(
    workloads.map(async (workload) => {
      const chart = await speedChart(results, workload);
      return html`<figure class="card"><h3>${workload}</h3><div class="chart">${chart ?? notRun}</div></figure>`;
    }),
  );
  const body =
    cards.length === 0
      ? notRun
      : html`<div class="grid wide">${cards}</div><details><summary>The times as numbers</summary><div class="card">${speedTable(results)}</div></details>`;
  return {
    id: "speed",
    title: "Time to encode",
    body: html`<p>What the encoder itself takes, without the model: shorter bars are faster. Each step of the scale is ten times the one before. The thin line spans the slowest and the fastest rounds.</p>${body}`,
  };
}

export async function picturesSection(results: Results): Promise<Section> {
  const cards = await Promise.all(results.pictures.map(pictureCard));
  return {
    id: "encodings",
    title: "What the encoders give the model",
    body: html`<p>Blue is above zero, red below, white is zero.</p>${cards.length > 0 ? html`<div class="grid wide">${cards}</div>` : notRun}`,
  };
}

async function pictureCard(picture: PictureResult): Promise<Html> {
  const { limit } = picture;
  const end = limit === undefined ? undefined : ` Colours end at ± ${significant(limit)}.`;
  const size = isLarge(picture) ? "card full" : "card";
  return html`<figure class="${size}"><h3>${picture.encoder}: ${picture.title}</h3><div class="chart">${await heatMap(picture)}</div><figcaption>${picture.caption}${end}</figcaption></figure>`;
}

export function numbersSection(results: Results): Section {
  return {
    id: "numbers",
    title: "The numbers",
    body: html`<div class="card">${runsTable(results)}</div><details><summary>Every epoch</summary><div class="card">${epochsTable(results)}</div></details>`,
  };
}

export function repeatSection(results: Results): Section {
  const { machine, options, seeds, samples, versions, encoders } = results;
  const settings = {
    ...options,
    seeds,
    "samples to train on": samples.train,
    "samples held out": samples.heldOut,
  };
  const made = Object.fromEntries(
    encoders.map(({ id, json }) => [id, `${json.name} ${JSON.stringify(json.options)}`]),
  );
  const { memoryGiB, ...rest } = machine;
  const machineFacts = { ...rest, memory: `${memoryGiB} GiB` };
  const card = (caption: string, values: Record<string, unknown>) =>
    html`<div class="card narrow">${factsTable(caption, values)}</div>`;
  return {
    id: "repeat",
    title: "How to repeat this",
    body: html`<pre>${results.command}</pre><p>The same seeds give the same samples and the same first parameters on every machine; times differ.</p>
<div class="grid">${card("Options", settings)}${card("Encoders", made)}${card("Versions", versions)}${card("Machine", machineFacts)}</div>`,
  };
}
