import { fixed, shape } from "../../format.ts";
import type { EncodingStage, SumStage, VariantMeasures } from "../data.ts";
import { entries, excerptLines } from "./entries.ts";
import { picture } from "./shades.ts";
import { cut, heading, padEnd, padStart, paint, paragraphs, type Style, text, width, wrap } from "./style.ts";

export function renderEncoding(stage: EncodingStage, style: Style): string {
  const { tables, worked } = stage;
  return text([
    ...heading(style, "2 of 7: the encoding of the positions"),
    ...wrap(style, stage.title).map((line) => paint(style, "bold", line)),
    ...paragraphs(style, [`${stage.explanation} ${stage.place}`]),
    "",
    ...stage.formula.flatMap((line) => {
      const whole = `      ${line}`;
      return width(whole) <= style.columns ? [whole] : wrap(style, line, "      ");
    }),
    "",
    ...paragraphs(style, stage.notes),
    ...(stage.notes.length > 0 ? [""] : []),
    ...(tables.some(({ excerpt }) => excerpt.shape.length !== stage.shape.length)
      ? [`  In all: ${shape(stage.shape)}`]
      : []),
    ...tables.flatMap(({ name, excerpt }) => excerptLines(name, excerpt)),
    "",
    ...(worked.length > 0 ? [`  Worked out for position ${tables[0]!.values.length - 1}:`] : []),
    ...worked.flatMap(({ term, expression, simpler, value }) => {
      const steps = [expression, ...(simpler ? [simpler] : []), fixed(value)];
      return wrap(style, `= ${steps.join(" = ")}`, `    ${padEnd(term, 10)} `);
    }),
    ...(worked.length > 0 ? [""] : []),
    ...pictureLines(stage, style),
    ...measureLines(stage, style),
  ]);
}

function pictureLines({ tables }: EncodingStage, style: Style): string[] {
  const { name, columns, values, excerpt } = tables[0]!;
  if (excerpt.deviation === 0) return [];
  const { lines, shown, scale } = picture(values, style.columns);
  const all = values[0]!.length;
  const which = shown < all ? `the first ${shown} of ${all} ${columns}` : `all ${all} ${columns}`;
  return [
    ...wrap(style, `${name} as a picture, a row for each position, ${which}:`),
    ...lines,
    `        ${scale}`,
    "",
  ];
}

function measureLines({ measured, measures: variants }: EncodingStage, style: Style): string[] {
  const terms = variants[0]!.measures.map(({ term }) => term);
  const cell = Math.max(14, ...terms.map((term) => term.length + 1));
  const lead = Math.max(12, Math.min(22, style.columns - terms.length * cell));
  const name = ({ variant, used }: VariantMeasures) =>
    used && variants.length > 1 ? `${variant} *` : variant;
  return [
    ...wrap(style, `Checked on the numbers. ${measured}`),
    "",
    padEnd("", lead) + terms.map((term) => padStart(term, cell)).join(""),
    ...variants.map(
      (of) =>
        padEnd(`  ${cut(name(of), lead - 3)}`, lead) +
        of.measures.map(({ value }) => padStart(fixed(value, Math.abs(value) < 1 ? 4 : 3), cell)).join(""),
    ),
    ...(variants.length > 1 ? ["  * in this run"] : []),
    "",
    ...variants.flatMap((of) =>
      wrap(style, variants.length > 1 ? `${of.variant}: ${of.sentence}` : of.sentence),
    ),
  ];
}

export function renderSum(stage: SumStage, style: Style): string {
  return text([
    ...heading(style, `3 of 7: ${stage.title[0]!.toLowerCase()}${stage.title.slice(1)}`),
    ...paragraphs(style, [stage.explanation]),
    `  Shape: ${shape(stage.shape)}`,
    ...stage.rows.flatMap(({ position, word, terms }) => [
      "",
      `  position ${position}, ${word}`,
      ...terms.map(({ term, ends }) => `  ${padEnd(term, 12)}${entries(ends)}`),
    ]),
    "",
    ...paragraphs(style, stage.sentences),
  ]);
}
