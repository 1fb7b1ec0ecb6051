import { type Html, html, raw } from "./html.ts";
import { style } from "./style.ts";

export interface Section {
  /** The anchor. */
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

/** One HTML page that needs nothing else: style and charts are in it. */
export function page(title: string, header: Html, sections: readonly Section[], footer: string): string {
  const links = sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`);
  const bodies = sections.map(
    ({ id, title, body }) =>
      html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>\n`,
  );
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
${header}
<nav aria-label="Sections"><ul>${links}</ul></nav>
</header>
<main>
${bodies}</main>
<footer>${footer}</footer>
</body>
</html>
`.html;
}
