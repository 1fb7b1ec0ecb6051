import type { EpochResult } from "@posenc/tfjs";
import type { TopLevelSpec } from "vega-lite";
import type { Results, TaskResult } from "../results.ts";
import { draw } from "./draw.ts";
import { roundPercent } from "./format.ts";
import type { Html } from "./html.ts";
import { type Look, looks } from "./palette.ts";
import { median } from "./summary.ts";

interface Point {
  readonly encoder: string;
  /** "median", or the seed of one run among several. */
  readonly line: string;
  readonly epoch: number;
  readonly value: number;
}

type Layers = Extract<TopLevelSpec, { layer: unknown }>["layer"];

const [WIDTH, HEIGHT] = [270, 190];
/** Room for the labels of the y axis, so that the charts of a column line up. */
const EXTENT = 36;

/** Held-out accuracy of every encoder by epoch, with the ceilings of the task; undefined where nothing was run. */
export async function accuracyChart(results: Results, task: TaskResult): Promise<Html | undefined> {
  const points = curves(results, task, ({ heldOutAccuracy }) => heldOutAccuracy);
  if (points.length === 0) return undefined;
  const spec = lines(points, looks(results.encoders), {
    scale: { domain: [0, 1] },
    axis: { format: ".0%", values: [0, 0.25, 0.5, 0.75, 1], title: null, minExtent: EXTENT },
  });
  const label = `Line chart: accuracy on held-out samples of the task ${task.title}, by epoch. ${spoken(points, roundPercent)}`;
  return draw({ ...spec, layer: [...ceilingLayers(task), ...spec.layer] }, label);
}

/** Training loss of every encoder by epoch; undefined where nothing was run. */
export async function lossChart(results: Results, task: TaskResult): Promise<Html | undefined> {
  const points = curves(results, task, ({ trainLoss }) => trainLoss);
  if (points.length === 0) return undefined;
  const spec = lines(points, looks(results.encoders), {
    scale: { domainMin: 0, nice: true },
    axis: { tickCount: 5, title: null, minExtent: EXTENT },
  });
  const label = `Line chart: loss in training on the task ${task.title}, by epoch. ${spoken(points, (value) => value.toFixed(2))}`;
  return draw(spec, label);
}

function curves(results: Results, task: TaskResult, pick: (epoch: EpochResult) => number): Point[] {
  return results.encoders.flatMap(({ id: encoder }) => {
    const runs = results.runs.filter((run) => run.encoder === encoder && run.task === task.name);
    const single = runs.flatMap(({ seed, epochs }) =>
      epochs
        .map((epoch) => ({ encoder, line: `seed ${seed}`, epoch: epoch.epoch, value: pick(epoch) }))
        .filter(({ value }) => Number.isFinite(value)),
    );
    const epochs = [...new Set(single.map(({ epoch }) => epoch))];
    const middle = epochs.map((epoch) => ({
      encoder,
      line: "median",
      epoch,
      value: median(single.filter((point) => point.epoch === epoch).map(({ value }) => value)),
    }));
    return runs.length > 1 ? [...single, ...middle] : middle;
  });
}

/** Lines by epoch: the median thick, the single runs thin. */
function lines(points: readonly Point[], looks: readonly Look[], y: Record<string, unknown>) {
  const last = Math.max(...points.map(({ epoch }) => epoch));
  const [domain, range] = [looks.map(({ id }) => id), looks.map(({ colour }) => colour)];
  const position = {
    x: {
      field: "epoch",
      type: "quantitative" as const,
      scale: { domain: [Math.min(1, last - 1), last], nice: false, padding: 6 },
      axis: { title: "epoch", tickMinStep: 1, tickCount: Math.min(last, 10), format: "d", grid: false },
    },
    y: { field: "value", type: "quantitative" as const, ...y },
    color: { field: "encoder", type: "nominal" as const, scale: { domain, range }, legend: null },
    detail: { field: "line" },
  };
  const only = (medians: boolean) => [{ filter: `(datum.line === 'median') === ${medians}` }];
  const layer: Layers = [
    { transform: only(false), mark: { type: "line", strokeWidth: 1, opacity: 0.4 }, encoding: position },
    { transform: only(true), mark: { type: "line", strokeWidth: 2 }, encoding: position },
    {
      transform: only(true),
      mark: { type: "point", filled: true, size: 46, opacity: 1, stroke: "white", strokeWidth: 0.6 },
      encoding: {
        ...position,
        shape: {
          field: "encoder",
          type: "nominal",
          scale: { domain, range: looks.map(({ shape }) => shape) },
          legend: null,
        },
      },
    },
  ];
  return { width: WIDTH, height: HEIGHT, data: { values: [...points] }, layer };
}

/** A dashed rule for every ceiling, with its name; ceilings of the same height share one. */
function ceilingLayers({ ceilings }: TaskResult): Layers {
  const { withoutPositions, symmetricDistance } = ceilings;
  const named = [
    { name: "no positions", accuracy: withoutPositions.accuracy },
    ...(symmetricDistance ? [{ name: "distance only", accuracy: symmetricDistance.accuracy }] : []),
  ];
  const values = [...new Set(named.map(({ accuracy }) => accuracy))].map((accuracy) => {
    const names = named.filter((entry) => entry.accuracy === accuracy).map(({ name }) => name);
    return { accuracy, label: `${names.join(" or ")}: ≤ ${roundPercent(accuracy)}` };
  });
  const y = { field: "accuracy", type: "quantitative" as const };
  return [
    { data: { values }, mark: { type: "rule", strokeDash: [5, 4], color: "#3e4c59" }, encoding: { y } },
    {
      data: { values },
      mark: { type: "text", align: "right", baseline: "top", dy: 4, fontSize: 10.5, color: "#3e4c59" },
      encoding: { y, x: { value: WIDTH }, text: { field: "label" } },
    },
  ];
}

function spoken(points: readonly Point[], write: (value: number) => string): string {
  const last = new Map(
    points.filter(({ line }) => line === "median").map((point) => [point.encoder, point.value]),
  );
  return `At the end: ${[...last].map(([encoder, value]) => `${encoder} ${write(value)}`).join(", ")}.`;
}
