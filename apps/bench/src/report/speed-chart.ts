import type { Results } from "../results.ts";
import { draw } from "./draw.ts";
import { microseconds } from "./format.ts";
import type { Html } from "./html.ts";
import { logTimeAxis } from "./log-time-axis.ts";
import { looks } from "./palette.ts";

/** Time to encode one workload: a bar for each encoder and backend, on a logarithmic scale; undefined where nothing was measured. */
export async function speedChart(results: Results, workload: string): Promise<Html | undefined> {
  const values = results.speed
    .filter((speed) => speed.workload === workload && speed.microseconds.median > 0)
    .map(({ encoder, backend, microseconds: { median, low, high } }) => ({
      encoder,
      backend,
      median,
      low: low > 0 ? low : median,
      high,
      text: microseconds(median),
    }));
  if (values.length === 0) return undefined;

  const looked = looks(results.encoders).filter(({ id }) => values.some(({ encoder }) => encoder === id));
  const order = looked.map(({ id }) => id);
  const { start, ...x } = logTimeAxis("median", values);
  const y = {
    field: "encoder",
    type: "nominal" as const,
    sort: order,
    axis: { title: null, domain: false, ticks: false, labelLimit: 200, labelPadding: 5 },
  };
  const spoken = values.map(({ encoder, backend, text }) => `${encoder} on ${backend} ${text}`).join(", ");
  return draw(
    {
      data: { values },
      facet: {
        row: {
          field: "backend",
          type: "nominal",
          sort: [...new Set(results.speed.map(({ backend }) => backend))],
          title: null,
          header: { labelAngle: 0, labelOrient: "top", labelAnchor: "start", labelPadding: 2 },
        },
      },
      spacing: 14,
      spec: {
        width: 300,
        height: { step: 18 },
        layer: [
          {
            mark: { type: "bar", height: 12 },
            encoding: {
              x,
              x2: { datum: start },
              y,
              color: {
                field: "encoder",
                type: "nominal",
                scale: { domain: order, range: looked.map(({ colour }) => colour) },
                legend: null,
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
      },
      padding: 5,
    },
    `Bar chart: time to encode ${workload}. ${spoken}.`,
  );
}
