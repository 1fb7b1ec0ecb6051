/** The report's style sheet. Charts keep a light card in dark mode, since their colours were chosen for it. */
export const style = `
:root { color-scheme: light dark; --page: #f5f7fa; --card: #ffffff; --ink: #1f2933; --faint: #52606d; --line: #dde2e8; --accent: #0b69a3; --good: #14663b; --bad: #b42318; --warn: #fff3d6; --warn-ink: #7a4b00; --chip: #e8ecf1; }
@media (prefers-color-scheme: dark) { :root { --page: #14191f; --card: #1d242c; --ink: #e6eaef; --faint: #a3afbb; --line: #343e49; --accent: #6cb8ea; --good: #6fcf97; --bad: #ff8a7a; --warn: #3d2f0f; --warn-ink: #ffd98a; --chip: #2f3945; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main, header { max-width: 1180px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 36px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 8px; letter-spacing: -0.01em; }
h2 { font-size: 20px; margin: 44px 0 6px; }
h3 { font-size: 16px; margin: 0 0 2px; }
h3.apart { margin-top: 20px; }
h4 { font-size: 13px; margin: 14px 0 4px; }
p { margin: 6px 0; max-width: 76ch; }
a { color: var(--accent); }
nav ul, .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 6px 18px; padding: 0; margin: 12px 0; }
.facts { color: var(--faint); }
.note { background: var(--warn); color: var(--warn-ink); border-radius: 8px; padding: 10px 14px; margin: 16px 0; max-width: none; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px; min-width: 0; }
.grid { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(360px, 100%), 1fr)); margin-top: 14px; }
.wide { grid-template-columns: repeat(auto-fill, minmax(min(520px, 100%), 1fr)); }
.card > p { font-size: 14px; }
.chart { background: #ffffff; border-radius: 6px; overflow-x: auto; }
h3 + .chart { margin-top: 10px; }
.chart svg { display: block; }
.grid:not(.wide) .chart svg { max-width: 100%; height: auto; }
figure { margin: 0; min-width: 0; }
figcaption { color: var(--faint); font-size: 13.5px; margin-top: 8px; }
.legend li { white-space: nowrap; }
.swatch { display: inline-block; vertical-align: -1px; }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--faint); font-size: 13.5px; padding: 0 0 8px; }
th, td { padding: 7px 12px 7px 0; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; white-space: nowrap; }
th:first-child, .text { text-align: left; }
.narrow td.text { white-space: normal; overflow-wrap: anywhere; }
thead th { color: var(--faint); font-weight: 600; font-size: 13px; white-space: normal; vertical-align: bottom; }
.narrow thead { display: none; }
tbody th { font-weight: 600; }
tbody tr:last-child > * { border-bottom: 0; }
td small { display: block; font-size: 12.5px; color: var(--faint); }
td small.good { color: var(--good); }
td small.bad { color: var(--bad); font-weight: 600; }
.figure { font-size: 16px; }
.figure strong { font-weight: 750; }
.chip { background: var(--chip); border-radius: 9px; padding: 1px 8px; font-size: 12px; color: var(--faint); }
.missing, td small.missing { color: var(--faint); font-style: italic; }
td.missing[colspan] { text-align: center; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 8px 0 0; font-size: 14px; }
dl.stacked { grid-template-columns: 1fr; }
.full { grid-column: 1 / -1; }
dt { font-weight: 600; } dd { margin: 0; }
details { margin-top: 12px; } summary { cursor: pointer; color: var(--accent); margin-bottom: 10px; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; overflow-x: auto; font: 13.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
footer { max-width: 1180px; margin: 40px auto 0; padding: 16px 20px 40px; color: var(--faint); font-size: 13.5px; }
@media (max-width: 560px) { main, header, footer { padding-left: 12px; padding-right: 12px; } .card { padding: 12px; } dl { grid-template-columns: 1fr; } dd { margin-bottom: 6px; } }
@media print { .chart, .scroll { overflow: visible; } .card { break-inside: avoid; } }
`;
