/** A label of the axis: `microseconds` in Vega's language, for powers of ten. */
const TIME =
  "datum.value >= 1e6 ? datum.value / 1e6 + ' s' : datum.value >= 1e3 ? datum.value / 1e3 + ' ms' : datum.value + ' µs'";

/** What a label behind the longest bar needs, as a share of that bar. */
const LABEL = 0.2;

interface Range {
  readonly low: number;
  readonly high: number;
}

/** Microseconds on a logarithmic scale; `start` is where bars begin. */
export function logTimeAxis(field: string, ranges: readonly Range[]) {
  const power = (value: number, round: (value: number) => number) => 10 ** round(Math.log10(value));
  const start = power(Math.min(...ranges.map(({ low }) => low)) * 0.999, Math.floor);
  const last = Math.max(10 * start, ...ranges.map(({ high }) => high));
  const end = last * (last / start) ** LABEL;
  const powers = Array.from(
    { length: Math.log10(power(end, Math.floor) / start) + 1.5 },
    (_, i) => start * 10 ** i,
  );
  return {
    start,
    field,
    type: "quantitative" as const,
    scale: { type: "log" as const, domain: [start, end], nice: false },
    axis: { title: "time, on a logarithmic scale", values: powers, labelExpr: TIME, labelBound: false },
  };
}
