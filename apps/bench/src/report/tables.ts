import type { Results } from "../results.ts";
import {
  bytes,
  count,
  duration,
  loss,
  microseconds,
  percent,
  roundPercent,
  significant,
  tiny,
} from "./format.ts";
import { type Html, html } from "./html.ts";
import { type Look, looks } from "./palette.ts";
import { lastEpoch, onnxOf, type Score, scores } from "./summary.ts";

/** A table in a box of its own, which scrolls where the page is too narrow; `text` are the columns of words. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly Html[],
  text: readonly string[] = [],
): Html {
  const cells = head.map((name) =>
    text.includes(name)
      ? html`<th scope="col" class="text">${name}</th>`
      : html`<th scope="col">${name}</th>`,
  );
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${cells}</tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

/** The mark of an encoder, as in the charts. */
export function swatch({ colour, shape }: Look): Html {
  return html`<svg class="swatch" viewBox="-1.4 -1.4 2.8 2.8" width="13" height="13" aria-hidden="true"><path d="${shape}" fill="${colour}"/></svg>`;
}

/** Which mark stands for which encoder. */
export function legend(results: Results): Html {
  const items = looks(results.encoders).map((look) => html`<li>${swatch(look)} ${look.id}</li>`);
  return html`<ul class="legend" aria-label="Encoders in the charts">${items}</ul>`;
}

/** Encoder × task: the accuracy at the end, and whether ONNX Runtime gives the same. */
export function summaryTable(results: Results): Html {
  const all = scores(results);
  const rows = looks(results.encoders).map((look) => {
    const cells = all.filter(({ encoder }) => encoder.id === look.id).map(summaryCell);
    return html`<tr><th scope="row">${swatch(look)} ${look.id}</th>${cells}</tr>`;
  });
  const head = ["Encoder", ...results.tasks.map(({ title }) => title)];
  return table("Accuracy on held-out samples after the last epoch", head, rows);
}

function summaryCell(score: Score): Html {
  const { accuracy, accuracies, best, ceiling, atCeiling } = score;
  if (accuracy === undefined) return html`<td class="missing">not run</td>`;
  const value = best ? html`<strong>${percent(accuracy)}</strong>` : html`${percent(accuracy)}`;
  const spread =
    accuracies.length > 1
      ? html`<small>${percent(Math.min(...accuracies))} to ${percent(Math.max(...accuracies))}, ${accuracies.length} seeds</small>`
      : undefined;
  const chip = atCeiling ? html` <span class="chip">ceiling ${roundPercent(ceiling)}</span>` : undefined;
  return html`<td><span class="figure">${value}${chip}</span>${spread}${onnxNote(score)}</td>`;
}

function onnxNote(score: Score): Html {
  const onnx = onnxOf(score);
  if (onnx === undefined) return html`<small class="missing">ONNX: not run</small>`;
  const { samePredictions, samples, accuracy } = onnx;
  if (samePredictions === samples)
    return html`<small class="good">ONNX ${percent(accuracy)} ✓ same ${count(samples)} answers</small>`;
  return html`<small class="bad">ONNX ${percent(accuracy)} ✗ ${count(samePredictions)} of ${count(samples)} answers the same</small>`;
}

/** Every run with its numbers at the end. */
export function runsTable(results: Results): Html {
  const look = lookOf(results);
  const rows = scores(results).flatMap(({ encoder, task, runs }) => {
    const name = html`<th scope="row">${look(encoder.id)} ${encoder.id}</th><td class="text">${task.title}</td>`;
    if (runs.length === 0) return [html`<tr>${name}<td class="missing" colspan="9">not run</td></tr>`];
    return runs.map((run) => {
      const last = lastEpoch(run);
      const onnx = run.onnx
        ? html`<td>${percent(run.onnx.accuracy)}</td><td>${count(run.onnx.samePredictions)} / ${count(run.onnx.samples)}</td><td>${tiny(run.onnx.maxDifference)}</td><td>${bytes(run.onnx.bytes)}</td>`
        : html`<td class="missing" colspan="4">not run</td>`;
      return html`<tr>${name}<td>${run.seed}</td><td>${count(run.parameters)}</td><td>${loss(last?.trainLoss)}</td><td>${loss(last?.heldOutLoss)}</td><td>${percent(last?.heldOutAccuracy)}</td>${onnx}<td>${duration(run.seconds)}</td></tr>`;
    });
  });
  const head = "Encoder,Task,Seed,Parameters,Loss in training,Loss held out,Accuracy held out".split(",");
  const onnxHead = ["Accuracy in ONNX", "Same answers", "Largest difference", "ONNX file", "Time"];
  return table("Every training run, after its last epoch", [...head, ...onnxHead], rows, ["Task"]);
}

/** Every epoch of every run. */
export function epochsTable(results: Results): Html {
  const look = lookOf(results);
  const title = new Map(results.tasks.map((task) => [task.name, task.title]));
  const rows = results.runs.flatMap(({ encoder, task, seed, epochs }) =>
    epochs.map(
      (epoch) =>
        html`<tr><th scope="row">${look(encoder)} ${encoder}</th><td class="text">${title.get(task) ?? task}</td><td>${seed}</td><td>${epoch.epoch}</td><td>${loss(epoch.trainLoss)}</td><td>${loss(epoch.heldOutLoss)}</td><td>${percent(epoch.heldOutAccuracy)}</td><td>${duration(epoch.seconds)}</td></tr>`,
    ),
  );
  const head = "Encoder,Task,Seed,Epoch,Loss in training,Loss held out,Accuracy held out,Time".split(",");
  return table("Every epoch", head, rows, ["Task"]);
}

/** Every time measured. */
export function speedTable(results: Results): Html {
  const look = lookOf(results);
  const rows = results.speed.map(
    ({ encoder, workload, backend, microseconds: time, ratio }) =>
      html`<tr><th scope="row">${look(encoder)} ${encoder}</th><td class="text">${workload}</td><td class="text">${backend}</td><td>${microseconds(time.median)}</td><td>${microseconds(time.low)} to ${microseconds(time.high)}</td><td>${significant(ratio)} ×</td></tr>`,
  );
  const head = ["Encoder", "Workload", "Backend", "Median", "Low to high", "Speed against typed arrays"];
  return table("Time to encode once", head, rows, ["Workload", "Backend"]);
}

/** Names and what they stand for. */
export function factsTable(caption: string, facts: Readonly<Record<string, unknown>>): Html {
  const rows = Object.entries(facts).map(
    ([name, value]) => html`<tr><th scope="row">${name}</th><td class="text">${plain(value)}</td></tr>`,
  );
  return table(caption, ["Name", "Value"], rows, ["Value"]);
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join(", ");
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "–");
}

function lookOf(results: Results): (encoder: string) => Html | undefined {
  const swatches = new Map(looks(results.encoders).map((look) => [look.id, swatch(look)]));
  return (encoder) => swatches.get(encoder);
}
