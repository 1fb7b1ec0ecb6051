import { LENGTH, tasks } from "@posenc/benchmarks";
import { checks } from "@posenc/core";
import { pickContender } from "../contenders.ts";
import { checkSizes, type Flags, readFlags } from "../flags.ts";
import type { TraceOptions } from "./setup.ts";

/** @throws RangeError naming the flag, the value and what was expected */
export function traceOptions(flags: Flags): TraceOptions {
  const { text, count } = readFlags("trace", flags);
  const { variant, json, quiz } = flags;
  const contender = pickContender(text("encoder"), typeof variant === "string" ? variant : undefined);
  if (contender.positions) {
    throw new RangeError(`trace: --encoder must take one position for each word, got ${contender.id}`);
  }
  const task = checks.checkOneOf(
    "trace",
    "--task",
    text("task"),
    Object.keys(tasks) as (keyof typeof tasks)[],
  );
  const sizes = { dim: count("dim"), heads: count("heads") };
  checkSizes("trace", sizes);
  return {
    ...sizes,
    encoder: contender.make({ ...sizes, maxLength: LENGTH }),
    encoderTitle: contender.id,
    ...(contender.words && { about: contender.words }),
    task: tasks[task],
    seed: count("seed", 0),
    epochs: count("epochs"),
    samples: count("samples"),
    heldOut: count("heldOut"),
    json: json === true,
    quiz: quiz === true,
  };
}
