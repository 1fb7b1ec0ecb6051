/** How text is set: how wide, and whether in colours. */
export interface Style {
  /** No line is longer, in characters, where it is 80 at least. */
  readonly columns: number;
  /** ANSI colours. */
  readonly colour: boolean;
}

/** A long line is hard to read. Tables are made for 80 characters, all else fits any width from 40 on. */
const [NARROWEST, WIDEST] = [40, 100];

export function styleFor(columns: number | undefined, colour: boolean): Style {
  return { columns: Math.min(Math.max(columns || 80, NARROWEST), WIDEST), colour };
}

const codes = { bold: "1", faint: "2", red: "31", green: "32", yellow: "33", cyan: "36" } as const;
export type Colour = keyof typeof codes;

export function paint({ colour }: Style, code: Colour, text: string): string {
  return colour ? `\x1b[${codes[code]}m${text}\x1b[0m` : text;
}

/** In characters, as a terminal shows them. */
export const width = (text: string): number => [...text].length;

export function padEnd(text: string, length: number): string {
  return text + " ".repeat(Math.max(0, length - width(text)));
}

export function padStart(text: string, length: number): string {
  return " ".repeat(Math.max(0, length - width(text))) + text;
}

/** At most `length` characters, the last of them "…" where something was cut off. */
export function cut(text: string, length: number): string {
  return width(text) <= length ? text : `${[...text].slice(0, length - 1).join("")}…`;
}

/** Lines of at most `columns`; `lead` stands before the first, and as many spaces before the others. */
export function wrap({ columns }: Style, text: string, lead = "  "): string[] {
  const lines: string[] = [];
  let line = lead;
  const rest = " ".repeat(width(lead));
  for (const word of text.split(" ").flatMap((word) => chunks(word, columns - width(lead)))) {
    const joined = line.length > rest.length ? `${line} ${word}` : line + word;
    if (width(joined) <= columns) line = joined;
    else {
      lines.push(line);
      line = rest + word;
    }
  }
  return [...lines, line];
}

function chunks(word: string, length: number): string[] {
  const characters = [...word];
  const count = Math.max(1, Math.ceil(characters.length / length));
  return Array.from({ length: count }, (_, i) => characters.slice(i * length, (i + 1) * length).join(""));
}

export const paragraphs = (style: Style, texts: readonly string[]): string[] =>
  texts.flatMap((text) => wrap(style, text));

export function heading(style: Style, title: string): string[] {
  const line = `── ${title} `;
  return ["", paint(style, "bold", line + "─".repeat(Math.max(0, style.columns - width(line)))), ""];
}

/** Lines as text, each ended. */
export const text = (lines: readonly string[]): string => lines.map((line) => `${line.trimEnd()}\n`).join("");
