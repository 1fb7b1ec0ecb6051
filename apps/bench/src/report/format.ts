/** Numbers as a reader wants them. What is not a finite number reads "–". */
const format =
  (write: (value: number) => string) =>
  (value: number | undefined): string =>
    value !== undefined && Number.isFinite(value) ? write(value) : "–";

/** 0.9734 → "97.3 %" */
export const percent = format((value) => `${(100 * value).toFixed(1)} %`);

/** A percentage without needless digits: 0.25 → "25 %" */
export const roundPercent = format((value) => `${Number((100 * value).toFixed(1))} %`);

/** 0.21534 → "0.215" */
export const loss = format((value) => value.toFixed(3));

/** 1234567 → "1 234 567" */
export const count = format((value) => String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, "\u202f"));

/** Three significant digits, without an exponent: 12.345 → "12.3", 1234.5 → "1 230" */
export const significant = format((value) =>
  Math.abs(value) >= 100 ? count(Number(value.toPrecision(3))) : String(Number(value.toPrecision(3))),
);

/** 1234.5 → "1.23 ms" */
export const microseconds = format((value) => {
  if (value >= 1e6) return `${significant(value / 1e6)} s`;
  return value >= 1000 ? `${significant(value / 1000)} ms` : `${significant(value)} µs`;
});

/** 83.2 → "1 min 23 s" */
export const duration = format((seconds) => {
  if (seconds < 59.5) return `${seconds.toFixed(seconds < 9.95 ? 1 : 0)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
});

/** 3456789 → "3.46 MB" */
export const bytes = format((value) =>
  value >= 1e6 ? `${significant(value / 1e6)} MB` : `${significant(value / 1000)} kB`,
);

/** 0.00000012 → "1.2e-7" */
export const tiny = format((value) => (value === 0 ? "0" : value.toExponential(1)));

/** "2026-11-23T19:14:05.000Z" → "2026-11-23 19:14 UTC"; anything else as it is. */
export function date(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
