/** `posenc speed`: every workload by every opponent, each in a process of its own, in turns. */
import os from "node:os";
import { join } from "node:path";
import { findPython, takeTurns } from "@posenc/benchmarks/contests";
import { type Progress, progress } from "../compare/progress.ts";
import { machine, versions } from "../environment.ts";
import { type Output, openFolder } from "../output.ts";
import type { Contests, SpeedOptions } from "./options.ts";
import type { SpeedResults } from "./results.ts";
import { endText, introText, workloadText } from "./text.ts";

/** Units of progress for a workload. */
const UNITS = 100;

/** @throws Error where the folder cannot be written to, before any work */
export async function speed(
  { suite, json, out, ...options }: SpeedOptions,
  { start }: Pick<Contests, "start">,
  command: string,
  output: Output,
  signal: AbortSignal,
): Promise<SpeedResults> {
  const folder = openFolder(out);
  const { rounds, milliseconds } = options;
  let results: SpeedResults = {
    schema: 1,
    suite: suite.name,
    startedAt: new Date().toISOString(),
    complete: false,
    command,
    ...{ rounds, milliseconds },
    notes: suite.notes,
    versions: { ...versions(), ...(await pythonVersions()) },
    machine: machine(),
    load: os.loadavg()[0]!,
    workloads: [],
  };
  const save = (change: Partial<SpeedResults>): void => {
    results = { ...results, ...change };
    folder.write(`${suite.name}.json`, `${JSON.stringify(results, null, 1)}\n`);
  };
  save({});
  const print = (text: string): void => {
    if (!json) output.write(text);
  };
  print(introText(results));

  const shown = json ? silent : progress(options.workloads.length * UNITS, output);
  let done = 0;
  const follow = (doing: string, share: number): void => {
    const reached = results.workloads.length * UNITS + Math.floor(share * UNITS);
    shown.advance(reached - done, doing);
    done = reached;
  };
  try {
    await takeTurns(suite, {
      ...options,
      start,
      signal,
      onProgress: (doing, { name }, share) => follow(`${name}: ${doing}`, share),
      onResult(result) {
        save({ workloads: [...results.workloads, result] });
        follow(result.name, 0);
        shown.log(`\n${workloadText(result)}`);
      },
    });
    save({ complete: !signal.aborted });
  } finally {
    shown.stop();
    save({ finishedAt: new Date().toISOString() });
    const { renderSpeed } = await import("../report/render-speed.ts"); // the charts take half a second to load
    folder.write(`${suite.name}.html`, await renderSpeed(results));
  }
  if (json) output.write(`${JSON.stringify(results, undefined, 2)}\n`);
  print(`\n${results.complete ? "" : "Broken off: this is what was done.\n"}${endText(results)}\n\n`);
  print(`Report:  ${join(out, `${suite.name}.html`)}\nNumbers: ${join(out, `${suite.name}.json`)}\n`);
  return results;
}

const silent: Progress = { advance: () => {}, log: () => {}, stop: () => {} };

/** What is not there, or does not run, is said where it is needed. */
async function pythonVersions(): Promise<Readonly<Record<string, string>>> {
  try {
    return (await findPython())?.versions ?? {};
  } catch {
    return {};
  }
}
