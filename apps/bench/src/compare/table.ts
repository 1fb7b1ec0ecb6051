import Table from "cli-table3";
import type { Backend, Results, RunResult } from "../results.ts";

const SIDES = ["top", "bottom", "left", "right", "mid"];
const PARTS = [
  "middle",
  ...SIDES,
  ...SIDES.flatMap((side) => ["mid", "left", "right"].map((end) => `${side}-${end}`)),
];

/** Columns without lines. */
export const PLAIN = {
  style: { head: [], border: [], compact: true },
  chars: Object.fromEntries(PARTS.map((part) => [part, ""])),
};

const percent = (fraction: number): string => `${(100 * fraction).toFixed(1)} %`;

/** The comparison as tables for the terminal. */
export function comparisonTables(results: Results): string {
  return [accuracyTable(results), onnxLine(results), speedTables(results)]
    .filter((text) => text !== "")
    .join("\n\n");
}

/** Two standard deviations of a score that is right half the time. */
const spread = (samples: number): number => 1 / Math.sqrt(samples);

function accuracyTable({ encoders, tasks, runs, samples }: Results): string {
  const table = new Table({
    head: ["encoder", "sees", ...tasks.map(({ name }) => name)],
    colAligns: ["left", "left", ...tasks.map(() => "right" as const)],
    ...PLAIN,
  });
  const cell = (encoder: string, task: string): string => {
    const accuracies = runs
      .filter((run) => run.encoder === encoder && run.task === task && run.epochs.length > 0)
      .map(({ epochs }) => epochs.at(-1)!.heldOutAccuracy);
    return accuracies.length === 0
      ? "not run"
      : percent(accuracies.reduce((a, b) => a + b, 0) / accuracies.length);
  };
  for (const { id, sees } of encoders) table.push([id, sees, ...tasks.map(({ name }) => cell(id, name))]);
  const ceilings = tasks.map(({ name, ceilings: { withoutPositions, symmetricDistance } }) => {
    const symmetric = symmetricDistance
      ? `, ${percent(symmetricDistance.accuracy)} with a distance alone`
      : "";
    return `  ${name}: at most ${percent(withoutPositions.accuracy)} without positions${symmetric}`;
  });
  return [
    "Accuracy on held-out samples after training:",
    table.toString(),
    `Ceilings, whatever is trained (a score on ${samples.heldOut} samples may be ${percent(spread(samples.heldOut))} off):`,
    ...ceilings,
  ].join("\n");
}

function onnxLine({ runs }: Results): string {
  const checked = runs.flatMap(({ onnx }) => (onnx ? [onnx] : []));
  if (checked.length === 0) return "";
  const sum = (of: (onnx: NonNullable<RunResult["onnx"]>) => number) =>
    checked.reduce((total, onnx) => total + of(onnx), 0);
  const largest = Math.max(...checked.map(({ maxDifference }) => maxDifference));
  return (
    `Exported to ONNX and run in ONNX Runtime: ${checked.length} models, ${sum(({ samePredictions }) => samePredictions)} of ` +
    `${sum(({ samples }) => samples)} held-out samples get the same class\nas in TensorFlow.js (largest difference of two logits ${largest.toExponential(1)}).`
  );
}

function speedTables({ speed, encoders }: Results): string {
  const workloads = [...new Set(speed.map(({ workload }) => workload))];
  return workloads
    .map((workload) => {
      const backends = [
        ...new Set(speed.filter((row) => row.workload === workload).map(({ backend }) => backend)),
      ];
      const table = new Table({
        head: ["encoder", ...backends],
        colAligns: ["left", ...backends.map(() => "right" as const)],
        ...PLAIN,
      });
      const cell = (encoder: string, backend: Backend): string => {
        const found = speed.find(
          (row) => row.workload === workload && row.encoder === encoder && row.backend === backend,
        );
        return found ? microseconds(found.microseconds.median) : "";
      };
      for (const { id } of encoders) {
        if (speed.some((row) => row.workload === workload && row.encoder === id)) {
          table.push([id, ...backends.map((backend) => cell(id, backend))]);
        }
      }
      return `Time to encode ${workload} (median):\n${table.toString()}`;
    })
    .join("\n\n");
}

function microseconds(value: number): string {
  if (value < 1000) return `${value.toPrecision(3)} µs`;
  return value < 1e6 ? `${(value / 1000).toPrecision(3)} ms` : `${(value / 1e6).toPrecision(3)} s`;
}
