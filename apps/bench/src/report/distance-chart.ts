import type { AnalysisResult } from "../results.ts";
import { draw } from "./draw.ts";
import { significant } from "./format.ts";
import type { Html } from "./html.ts";

const [WIDTH, HEIGHT] = [270, 150];
const RULE = "#9aa5b1";

/** The score of two tokens by their distance, relative to distance 0; undefined where there is nothing to draw. */
export async function distanceChart(result: AnalysisResult, colour: string): Promise<Html | undefined> {
  const points = result.distances.flatMap((distance, i) => {
    const value = result.relative[i] ?? Number.NaN;
    return Number.isFinite(value) ? [{ distance, value }] : [];
  });
  if (points.length < 2) return undefined;
  const values = points.map(({ value }) => value);
  const x = {
    field: "distance",
    type: "quantitative" as const,
    scale: { domain: [1 - result.length, result.length - 1], nice: false },
    axis: { title: "query − key, in positions", format: "d", tickMinStep: 1, tickCount: 7, grid: false },
  };
  const y = {
    field: "value",
    type: "quantitative" as const,
    scale: { domain: [Math.min(0, ...values), Math.max(1, ...values)], nice: true },
    axis: { title: null, tickCount: 5, minExtent: 36 },
  };
  const rule = { type: "rule" as const, color: RULE, strokeDash: [3, 3] };
  return draw(
    {
      width: WIDTH,
      height: HEIGHT,
      layer: [
        { data: { values: [{}] }, mark: rule, encoding: { x: { datum: 0, type: "quantitative" } } },
        { data: { values: [{}] }, mark: rule, encoding: { y: { datum: 0, type: "quantitative" } } },
        {
          data: { values: points },
          mark: { type: "line", strokeWidth: 2, color: colour },
          encoding: { x, y },
        },
      ],
    },
    `Line chart: score of ${result.encoder} by distance, relative to distance 0. ${spoken(points)}`,
  );
}

function spoken(points: readonly { distance: number; value: number }[]): string {
  const told = points.filter(({ distance }) => [-16, -4, -1, 1, 4, 16].includes(distance));
  return `${told.map(({ distance, value }) => `At ${distance}: ${significant(value)}`).join(", ")}.`;
}
