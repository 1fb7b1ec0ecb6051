import { tasks } from "@posenc/benchmarks";
import { checks } from "@posenc/core";
import type { Contender } from "../contender.ts";
import { pickContenders } from "../contenders.ts";
import { checkSizes, type Flags, readFlags } from "../flags.ts";

export type TaskName = keyof typeof tasks;

export interface CompareOptions {
  readonly contenders: readonly Contender[];
  readonly tasks: readonly TaskName[];
  readonly dim: number;
  readonly heads: number;
  readonly blocks: number;
  readonly epochs: number;
  readonly samples: number;
  readonly heldOut: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  /** How many seeds: `seed`, `seed` + 1 … */
  readonly seeds: number;
  readonly threads: number;
  /** Folder of the report. */
  readonly out: string;
}

/** @throws RangeError naming the flag, the value and what was expected */
export function compareOptions(flags: Flags): CompareOptions {
  const { list, count, positive, text } = readFlags("compare", flags);
  const known = Object.keys(tasks) as TaskName[];
  const wanted = list("tasks").map((name) => checks.checkOneOf("compare", "--tasks", name, known));
  const options: CompareOptions = {
    contenders: pickContenders(list("encoders")),
    tasks: known.filter((name) => wanted.includes(name)),
    dim: count("dim"),
    heads: count("heads"),
    blocks: count("blocks"),
    epochs: count("epochs"),
    samples: count("samples"),
    heldOut: count("heldOut"),
    batchSize: count("batchSize"),
    learningRate: positive("learningRate"),
    seed: count("seed", 0),
    seeds: count("seeds"),
    threads: count("threads"),
    out: text("out"),
  };
  checkSizes("compare", options);
  return options;
}
