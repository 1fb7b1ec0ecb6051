import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Contender, contenders } from "./contender.ts";
import type { Measurement } from "./measurement.ts";
import { operations } from "./operations.ts";
import { trainSteps } from "./train-steps.ts";

/** Everything that can be measured, by name. */
export const measurements: Readonly<Record<string, Measurement>> = Object.fromEntries(
  [...trainSteps, ...operations].map((each) => [each.name, each]),
);

export interface ContenderTime {
  readonly contender: Contender;
  /** Milliseconds of processor time for a call, in each round. */
  readonly milliseconds: readonly number[];
  readonly median: number;
  /** How many times as fast as stock, by medians. */
  readonly ratio: number;
}

export interface MeasurementResult {
  readonly measurement: Measurement;
  readonly times: readonly ContenderTime[];
}

/**
 * Times each measurement for every contender, each in a process of its own. They take turns: in a round each runs
 * once, and no two at the same time.
 */
export async function trainingSpeed(
  names: readonly string[] = Object.keys(measurements),
  rounds = 5,
  onResult: (result: MeasurementResult) => void = () => {},
): Promise<MeasurementResult[]> {
  const results: MeasurementResult[] = [];
  for (const name of names) {
    const measurement = measurements[name];
    if (measurement === undefined) {
      throw new RangeError(
        `trainingSpeed: names must be among ${Object.keys(measurements).join(", ")}, got "${name}"`,
      );
    }
    const result = { measurement, times: await takeTurns(name, rounds) };
    results.push(result);
    onResult(result);
  }
  return results;
}

async function takeTurns(name: string, rounds: number): Promise<ContenderTime[]> {
  const children: ChildProcess[] = [];
  try {
    for (const contender of contenders) {
      const child = fork(fileURLToPath(new URL("./child.js", import.meta.url)), [name, contender]);
      children.push(child);
      await reply(child, contender);
    }
    const times = contenders.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, child] of children.entries()) {
        child.send("round");
        times[i]!.push((await reply(child, contenders[i]!)) as number);
      }
    }
    const stock = median(times[0]!);
    return contenders.map((contender, i) => ({
      contender,
      milliseconds: times[i]!,
      median: median(times[i]!),
      ratio: stock / median(times[i]!),
    }));
  } finally {
    for (const child of children) child.kill();
  }
}

async function reply(child: ChildProcess, contender: Contender): Promise<unknown> {
  const stop = new AbortController();
  const ended = once(child, "exit", { signal: stop.signal }).then(([code]) => {
    throw new Error(`trainingSpeed: the process of ${contender} ended with ${code}`);
  });
  const message = once(child, "message", { signal: stop.signal }).then(([value]) => value as unknown);
  try {
    return await Promise.race([message, ended]);
  } finally {
    stop.abort();
    await Promise.allSettled([message, ended]);
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Lines of text: median, spread, what counts for this measurement, ratio to stock. */
export function formatResult({ measurement, times }: MeasurementResult): string {
  const lines = times.map(({ contender, milliseconds, median, ratio }) => {
    const spread = `${Math.min(...milliseconds).toFixed(2)}–${Math.max(...milliseconds).toFixed(2)}`;
    const rate =
      measurement.operations === undefined
        ? `${(1000 / median).toFixed(2)}/s`
        : `${(measurement.operations / median / 1e6).toFixed(1)} GF/s`;
    const columns = [
      contender.padEnd(8),
      median.toFixed(2).padStart(9),
      spread.padStart(18),
      rate.padStart(12),
    ];
    return `  ${columns.join("  ")}  ${ratio.toFixed(2).padStart(6)} ×`;
  });
  return [measurement.title, ...lines].join("\n");
}
