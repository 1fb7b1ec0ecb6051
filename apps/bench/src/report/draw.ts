import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { escapeHtml, type Html, raw } from "./html.ts";

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const [INK, FAINT, GRID] = ["#1f2933", "#52606d", "#e4e7eb"];

const config: TopLevelSpec["config"] = {
  aria: false,
  background: "transparent",
  font: FONT,
  view: { stroke: null },
  axis: {
    labelColor: FAINT,
    titleColor: FAINT,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: "normal",
    domainColor: "#9aa5b1",
    tickColor: "#9aa5b1",
    gridColor: GRID,
  },
  header: { labelColor: INK, labelFontSize: 12, labelFontWeight: "bold" },
  legend: { labelColor: FAINT, titleColor: FAINT, labelFontSize: 11, titleFontSize: 11 },
  title: { color: INK, fontSize: 12, fontWeight: "bold", anchor: "start", offset: 10 },
};

/**
 * A Vega-Lite chart as inline SVG.
 *
 * @param label what the chart shows, for those who cannot see it
 */
export async function draw(spec: TopLevelSpec, label: string): Promise<Html> {
  const { spec: compiled } = compile({ ...spec, config: { ...config, ...spec.config } });
  const view = new View(parse(compiled), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return raw(svg.replace(/^<svg\b/, `<svg role="img" aria-label="${escapeHtml(label)}"`));
}
