/** Fixed places, and never "-0.0000". */
export function fixed(value: number, digits = 4): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

/** 0.9734 → "97.3 %", 0.25 → "25 %" */
export function percent(fraction: number): string {
  return `${Number((100 * fraction).toFixed(1))} %`;
}

/** 1575940 → "1,575,940" */
export function count(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

export function shape(lengths: readonly number[]): string {
  return lengths.join(" × ");
}

/** "1 epoch", "2 epochs" */
export function many(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}
