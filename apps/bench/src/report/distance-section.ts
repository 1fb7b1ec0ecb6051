import type { AnalysisResult, Results } from "../results.ts";
import { distanceChart } from "./distance-chart.ts";
import { significant } from "./format.ts";
import { type Html, html } from "./html.ts";
import type { Section } from "./page.ts";
import { type Look, looks } from "./palette.ts";
import { swatch } from "./tables.ts";

const notRun = html`<p class="missing">not run</p>`;

export async function distanceSection(results: Results): Promise<Section> {
  const look = new Map(looks(results.encoders).map((look) => [look.id, look]));
  const cards = await Promise.all(
    (results.analysis ?? []).map((result) => distanceCard(result, look.get(result.encoder))),
  );
  return {
    id: "distance",
    title: "Score by distance",
    body: html`<p>What becomes of the score of two tokens with the same content as they move apart, with the parameters that the run ended with: 1 is the score at distance 0. To the right the key stands before the query. Where only the distance counts, all pairs at one distance have one score; otherwise the line is their mean.</p>${cards.length > 0 ? html`<div class="grid">${cards}</div>` : notRun}`,
  };
}

async function distanceCard(result: AnalysisResult, look?: Look): Promise<Html> {
  const chart = await distanceChart(result, look?.colour ?? "#767676");
  const drawn = chart
    ? html`<div class="chart">${chart}</div><figcaption>${measure(result)} ${spread(result)}</figcaption>`
    : html`<p class="missing">No score to draw: it is 0 at distance 0.</p>`;
  return html`<figure class="card"><h3>${look ? swatch(look) : undefined} ${result.encoder}</h3>${drawn}</figure>`;
}

function measure({ relation, heads, length }: AnalysisResult): string {
  const mean = heads > 1 ? `, mean of ${heads} heads` : "";
  const what = relation === "ratio" ? "Product of the two" : "Factor of the attention weight";
  return `${what}${mean}; ${length} positions.`;
}

function spread({ shiftInvariant, shiftSpread, atZero }: AnalysisResult): string {
  if (shiftInvariant) return "Only the distance counts.";
  return `A pair’s score is up to ${significant(shiftSpread)} from the mean of its distance (${significant(atZero)} at distance 0).`;
}
