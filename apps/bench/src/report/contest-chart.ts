import { standings, type WorkloadResult } from "@posenc/benchmarks/contests";
import { draw } from "./draw.ts";
import { microseconds } from "./format.ts";
import type { Html } from "./html.ts";
import { logTimeAxis } from "./log-time-axis.ts";

const [OURS, OTHERS, MEMORY] = ["#0072b2", "#e69f00", "#9aa5b1"];

/** The times of a workload, fastest first, on a logarithmic scale; undefined where nothing was timed. */
export async function contestChart(result: WorkloadResult): Promise<Html | undefined> {
  const values = standings(result)
    .all.map(({ opponent: { title, ours, idle, cpu } }) => ({
      opponent: idle ? result.baseline.title : title,
      whose: idle ? "memory alone" : ours ? "ours" : "others",
      median: 1000 * cpu.median,
      low: 1000 * cpu.low,
      high: 1000 * cpu.high,
      text: microseconds(1000 * cpu.median),
    }))
    .toSorted((a, b) => a.median - b.median);
  if (values.length === 0) return undefined;

  const { start, ...x } = logTimeAxis("median", values);
  const y = {
    field: "opponent",
    type: "nominal" as const,
    sort: values.map(({ opponent }) => opponent),
    axis: { title: null, domain: false, ticks: false, labelLimit: 0, labelPadding: 5 },
  };
  const spoken = values.map(({ opponent, text }) => `${opponent} ${text}`).join(", ");
  return draw(
    {
      data: { values },
      width: 440,
      height: { step: 18 },
      layer: [
        {
          mark: { type: "bar", height: 12 },
          encoding: {
            x,
            x2: { datum: start },
            y,
            color: {
              field: "whose",
              type: "nominal",
              scale: { domain: ["ours", "others", "memory alone"], range: [OURS, OTHERS, MEMORY] },
              legend: { title: null, orient: "top", symbolType: "square" },
            },
          },
        },
        {
          mark: { type: "rule", color: "#1f2933", strokeWidth: 1.2 },
          encoding: { x: { ...x, field: "low" }, x2: { field: "high" }, y },
        },
        {
          mark: { type: "text", align: "left", dx: 5, fontSize: 10.5, color: "#1f2933" },
          encoding: { x: { ...x, field: "high" }, y, text: { field: "text" } },
        },
      ],
      padding: 5,
    },
    `Bar chart: time of ${result.title}. ${spoken}.`,
  );
}
