import { expect, test } from "vitest";
import type { Results } from "../results.ts";
import { fakeResults } from "./fake-results.fixture.ts";
import { renderReport } from "./render-report.ts";

const VOID = ["meta", "br", "hr", "img", "link", "input"];

/** Every tag is closed by its own, and nothing is left open. */
function expectWellFormed(page: string): void {
  const open: string[] = [];
  const body = page.replace(/^<!doctype html>/, "").replace(/<style>[^<]*<\/style>/g, "");
  expect(body.replace(/<\/?[a-zA-Z][\w-]*(?:\s+[\w:-]+="[^"<>]*")*\s*\/?>/g, "")).not.toMatch(/[<>]/);
  for (const [, closing, name, own] of body.matchAll(/<(\/?)([a-zA-Z][\w-]*)[^>]*?(\/?)>/g)) {
    if (closing) expect(open.pop()).toBe(name);
    else if (!own && !VOID.includes(name!)) open.push(name!);
  }
  expect(open).toEqual([]);
}

function expectSound(page: string): void {
  expectWellFormed(page);
  expect(page.replaceAll(/base64,[^"]*/g, "")).not.toMatch(/NaN|undefined|Infinity|\[object/);
  const references = [...page.matchAll(/(?:src|href|url|action)\s*[=(]\s*["']?([^"')\s>]*)/g)];
  for (const [, target] of references) expect(target).toMatch(/^(#|data:image\/png;base64,)/);
  const addresses = page.match(/https?:\/\/[^"'\s<]*/g) ?? [];
  expect(new Set(addresses.filter((address) => !address.startsWith("http://www.w3.org/")))).toEqual(
    new Set(),
  );
  const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [svg] of page.matchAll(/<svg\b[^>]*>/g))
    expect(svg).toMatch(/role="img" aria-label="[^"]+"|aria-hidden="true"/);
}

const charts = (page: string) => page.match(/<svg role="img"/g)?.length ?? 0;
const text = (page: string) => page.replace(/<style>[^<]*<\/style>/, "").replaceAll(/<[^>]*>/g, " ");

const empty: Results = {
  ...fakeResults(),
  complete: false,
  tasks: [],
  encoders: [],
  runs: [],
  speed: [],
  pictures: [],
  analysis: [],
};

test("a whole run: every number, every chart, nothing from elsewhere", async () => {
  const results = fakeResults();
  const page = await renderReport(results);
  expectSound(page);
  expect(charts(page)).toBe(2 * 3 + 2 + 2 + 3);
  expect(text(page)).toContain("No score to draw");
  expect(text(page)).toContain("up to 0.0041 from the mean of its distance (0.0513 at distance 0)");
  const words = text(page);
  for (const { epochs, onnx } of results.runs) {
    for (const { trainLoss, heldOutLoss, heldOutAccuracy } of epochs) {
      expect(words).toContain(trainLoss.toFixed(3));
      expect(words).toContain(heldOutLoss.toFixed(3));
      expect(words).toContain(`${(100 * heldOutAccuracy).toFixed(1)} %`);
    }
    expect(words).toContain(`ONNX ${(100 * onnx!.accuracy).toFixed(1)} % ✓ same 512 answers`);
  }
  for (const time of ["11.7 µs", "105 µs", "46.8 µs", "2.35 ms", "80.2 ms", "0.111 ×", "0.455 ×"])
    expect(words).toContain(time);
  for (const { title, question, ceilings } of results.tasks) {
    expect(words).toContain(title);
    expect(page).toContain(question.replaceAll('"', "&quot;"));
    expect(words).toContain(ceilings.withoutPositions.because);
  }
  for (const { id, about } of results.encoders) for (const part of [id, about]) expect(words).toContain(part);
  for (const { title, caption, axes } of results.pictures)
    for (const part of [title, caption, axes.x, axes.y]) expect(words).toContain(part);
  expect(words).toContain("posenc compare --dim 128 --epochs 5");
  for (const fact of [
    "2026-03-14 15:09 UTC",
    "took 2 min 33 s",
    "Imaginary CPU",
    "7.8 GiB",
    "4.22.0",
    "0.0003",
  ])
    expect(words).toContain(fact);
  expect(words).not.toContain("Not complete");
  expect(words).not.toContain("not run");
});

test("every heading level follows on the one above", async () => {
  const levels = [...(await renderReport(fakeResults())).matchAll(/<h(\d)/g)].map(([, level]) =>
    Number(level),
  );
  expect(levels[0]).toBe(1);
  levels.slice(1).forEach((level, i) => {
    expect(level - levels[i]!).toBeLessThanOrEqual(1);
  });
});

test("a run broken off says so, and what is missing reads as not run", async () => {
  const { finishedAt: _, ...whole } = fakeResults([0, 1]);
  const [first, second, third] = whole.runs;
  const { onnx: __, ...unexported } = third!;
  const page = await renderReport({
    ...whole,
    complete: false,
    runs: [first!, second!, { ...unexported, epochs: unexported.epochs.slice(0, 1) }],
    speed: whole.speed.slice(0, 1),
    pictures: [],
    analysis: [],
  });
  expectSound(page);
  expect(charts(page)).toBe(2 * 2 + 1);
  expect(text(page)).toContain("3 of 36 trainings are here");
  expect(text(page)).toContain("ONNX: not run");
  expect(text(page)).not.toContain("took");
});

test("nothing at all yet is a page too", async () => {
  const page = await renderReport(empty);
  expectSound(page);
  expect(charts(page)).toBe(0);
  expect(text(page)).toContain("Not complete.");
});

test("training that has not finished an epoch, or went off to no number, is shown as it is", async () => {
  const results = fakeResults();
  const [first, second, ...rest] = results.runs;
  const lost = second!.epochs.map((epoch) => ({ ...epoch, trainLoss: Number.NaN, heldOutLoss: Number.NaN }));
  const runs = [{ ...first!, epochs: [] }, { ...second!, epochs: lost }, ...rest];
  const page = await renderReport({ ...results, runs });
  expectSound(page);
  expect(text(page)).toContain("–");
});

test("an answer that differs in ONNX is told", async () => {
  const results = fakeResults();
  const [first, ...rest] = results.runs;
  const onnx = { ...first!.onnx!, samePredictions: 509 };
  const page = await renderReport({ ...results, runs: [{ ...first!, onnx }, ...rest] });
  expect(text(page)).toContain("509 of 512 answers the same");
});

test("text is never taken for HTML", async () => {
  const results = fakeResults();
  const evil = `<script>"&'`;
  const rename = <R extends { encoder: string }>(records: readonly R[]): R[] =>
    records.map((record) => (record.encoder === "rope" ? { ...record, encoder: evil } : record));
  const page = await renderReport({
    ...results,
    command: evil,
    options: { [evil]: evil, nested: { deep: evil } },
    versions: { [evil]: evil },
    machine: { ...results.machine, cpu: evil },
    tasks: results.tasks.map((task) => ({ ...task, title: evil, question: evil })),
    encoders: results.encoders.map((encoder) =>
      encoder.id === "rope" ? { ...encoder, id: evil, about: evil } : encoder,
    ),
    runs: rename(results.runs),
    analysis: rename(results.analysis!),
    speed: rename(results.speed).map((speed) => ({ ...speed, workload: evil })),
    pictures: results.pictures.map((picture) => ({ ...picture, title: evil, caption: evil, encoder: evil })),
  });
  expect(page).not.toContain("<script");
  expectWellFormed(page);
});
