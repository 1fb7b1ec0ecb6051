/**
 * `posenc compare`: the same data and model for every encoder. Trains them, runs each trained model in ONNX
 * Runtime, then measures the time to encode, with nothing else running. What is done is on disk at any time.
 */
import { join } from "node:path";
import { LENGTH, tasks, whatItSees, workloads } from "@posenc/benchmarks";
import { type Encoder, type NdArray, toJSON } from "@posenc/core";
import type { Contender } from "../contender.ts";
import { machine, versions } from "../environment.ts";
import { type Folder, type Output, openFolder } from "../output.ts";
import type { EncoderResult, Results } from "../results.ts";
import { scoreByDistance } from "./analysis.ts";
import type { Job, JobEvent } from "./job.ts";
import type { CompareOptions } from "./options.ts";
import { paint } from "./pictures.ts";
import { type Progress, progress } from "./progress.ts";
import type { Runner } from "./runner.ts";
import { measureSpeed } from "./speed.ts";
import { comparisonTables } from "./table.ts";

/** What a measurement of speed counts for in training steps, for the time left. */
const SPEED_STEPS = 12;

/** @throws Error where the folder cannot be written to, before any work */
export async function compare(
  options: CompareOptions,
  command: string,
  runner: Runner,
  output: Output,
  signal: AbortSignal,
): Promise<Results> {
  const folder = openFolder(options.out);
  const encoders = new Map(
    options.contenders.map((contender) => [contender.id, contender.make({ ...options, maxLength: LENGTH })]),
  );
  const jobs = jobsOf(options, encoders);
  let results = emptyResults(options, command, encoders);
  const save = (change: Partial<Results>): void => {
    results = { ...results, ...change };
    folder.write("results.json", `${JSON.stringify(results, null, 1)}\n`);
  };
  save({});
  output.write(intro(options, jobs.length));

  const speedUnits = encoders.size * Object.keys(workloads).length;
  const shown = progress(jobs.length * stepsOf(options) + speedUnits * SPEED_STEPS, output);
  const trained = new Map<string, Record<string, Float32Array>>();
  try {
    await inLanes(options.threads, jobs, signal, async (job) => {
      const { run, encoderValues } = await runner.run(job, (event) => follow(shown, job, event), signal);
      if (run.epochs.length === 0) return;
      if (!trained.has(job.encoder)) trained.set(job.encoder, encoderValues);
      save({ runs: inOrder(jobs, [...results.runs, run]) });
      const accuracy = (100 * run.epochs.at(-1)!.heldOutAccuracy).toFixed(1);
      shown.log(`${job.encoder} on ${job.task}: ${accuracy} % in ${run.seconds.toFixed(0)} s`);
    });
    save({
      pictures: [...encoders].flatMap(([id, encoder]) =>
        paint(id, encoder, trained.get(id), positionsOf(options, id, LENGTH)),
      ),
      analysis: [...encoders].map(([id, encoder]) => scoreByDistance(id, encoder, trained.get(id))),
    });
    for (const [id, encoder] of encoders) {
      for (const workload of Object.values(workloads)) {
        if (signal.aborted) break;
        const { dim, heads, length: maxLength } = workload;
        const made = contenderOf(options, id).make({ dim, heads, maxLength });
        const positions = positionsOf(options, id, maxLength);
        save({ speed: [...results.speed, ...(await measureSpeed(id, made, workload, signal, positions))] });
        shown.advance(SPEED_STEPS, `speed of ${encoder.name}`);
      }
    }
    save({ complete: !signal.aborted });
  } finally {
    shown.stop();
    save({
      finishedAt: new Date().toISOString(),
    });
    await finish(folder, results, output);
  }
  return results;
}

async function finish(folder: Folder, results: Results, output: Output): Promise<void> {
  const { renderReport } = await import("../report/render-report.ts"); // the charts take half a second to load
  folder.write("index.html", await renderReport(results));
  const state = results.complete ? "" : "Broken off: what follows is what was done.\n";
  output.write(`\n${state}${comparisonTables(results)}\n\n`);
  output.write(
    `Report:  ${join(folder.path, "index.html")}\nNumbers: ${join(folder.path, "results.json")}\n`,
  );
}

/** Works through `jobs`, so many at a time, until there are none or the signal comes. */
async function inLanes<J>(
  lanes: number,
  jobs: readonly J[],
  signal: AbortSignal,
  work: (job: J) => Promise<void>,
): Promise<void> {
  const waiting = [...jobs];
  const lane = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined && !signal.aborted; job = waiting.shift())
      await work(job);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

const stepsOf = ({ epochs, samples, batchSize }: CompareOptions): number =>
  epochs * Math.ceil(samples / batchSize);

function jobsOf(options: CompareOptions, encoders: ReadonlyMap<string, Encoder>): Job[] {
  const { dim, heads, blocks, samples, heldOut, epochs, batchSize, learningRate, seed, seeds } = options;
  return options.tasks.flatMap((task) =>
    Array.from({ length: seeds }, (_, i) => seed + i).flatMap((seed) =>
      [...encoders].map(([encoder, made]) => ({
        encoder,
        json: toJSON(made),
        ...positionEntry(positionsOf(options, encoder, LENGTH)),
        task,
        seed,
        model: { dim, heads, blocks },
        samples,
        heldOut,
        epochs,
        batchSize,
        learningRate,
      })),
    ),
  );
}

const positionEntry = (positions?: NdArray) => (positions ? { positions } : {});

const contenderOf = ({ contenders }: CompareOptions, id: string): Contender =>
  contenders.find((contender) => contender.id === id)!;

/** Where `length` tokens stand, for an encoder that takes several coordinates. */
const positionsOf = (options: CompareOptions, id: string, length: number): NdArray | undefined =>
  contenderOf(options, id).positions?.(length);

/** Runs in the order of their jobs, whichever finished first. */
function inOrder(jobs: readonly Job[], runs: Results["runs"]): Results["runs"] {
  const place = ({ encoder, task, seed }: Results["runs"][number]) =>
    jobs.findIndex((job) => job.encoder === encoder && job.task === task && job.seed === seed);
  return runs.toSorted((a, b) => place(a) - place(b));
}

function emptyResults(
  options: CompareOptions,
  command: string,
  encoders: ReadonlyMap<string, Encoder>,
): Results {
  const { contenders, tasks: names, seed, seeds, samples, heldOut, out: _, ...rest } = options;
  return {
    schema: 1,
    startedAt: new Date().toISOString(),
    complete: false,
    command,
    options: rest,
    seeds: Array.from({ length: seeds }, (_, i) => seed + i),
    samples: { train: samples, heldOut },
    versions: versions(),
    machine: machine(),
    tasks: names.map((name) => {
      const { title, question, ceilings } = tasks[name];
      return { name, title, question, ceilings };
    }),
    encoders: contenders.map(({ id, about }): EncoderResult => {
      const encoder = encoders.get(id)!;
      return {
        id,
        json: toJSON(encoder),
        about,
        sees: whatItSees(encoder, options, positionsOf(options, id, LENGTH)),
      };
    }),
    runs: [],
    speed: [],
    pictures: [],
  };
}

function intro(
  { contenders, tasks, dim, heads, samples, epochs, threads }: CompareOptions,
  jobs: number,
): string {
  return [
    `posenc compare: ${contenders.length} encoders, ${tasks.length} tasks, ${jobs} models to train`,
    `(dim ${dim}, ${heads} heads, ${samples} samples, ${epochs} epochs, ${threads} at a time)`,
    "",
    "",
  ].join("\n");
}

function follow(shown: Progress, { encoder, task }: Job, event: JobEvent): void {
  if ("step" in event) shown.advance(1, `${encoder} on ${task}, epoch ${event.step.epoch}`);
}
