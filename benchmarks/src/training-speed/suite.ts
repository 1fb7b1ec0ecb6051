import { play } from "../rounds/play.ts";
import type { Job, Opponent, Player, Suite, Workload } from "../rounds/suite.ts";
import { type Contender, contenders, enter } from "./contender.ts";
import type { Measurement } from "./measurement.ts";
import { operations } from "./operations.ts";
import { trainSteps } from "./train-steps.ts";

/** Everything that can be measured, by name. */
export const measurements: Readonly<Record<string, Measurement>> = Object.fromEntries(
  [...trainSteps, ...operations].map((each) => [each.name, each]),
);

const titles: Readonly<Record<Contender, string>> = {
  stock: "tf.js wasm as it comes",
  mended: "tf.js wasm, mendWasm",
  kernels: "tf.js wasm, @posenc/tfjs/wasm-kernels",
};

const opponents = contenders.map(
  (name): Opponent => ({ name, title: titles[name], ours: name !== "stock", does: () => true }),
);

const workloadOf = ({ name, title, about, operations }: Measurement): Workload => ({
  name,
  title,
  about,
  work: operations === undefined ? { amount: 1, unit: "steps" } : { amount: operations, unit: "operations" },
  baseline: { opponent: "stock", title: "stock" },
});

async function playTraining({ workload, opponent, milliseconds }: Job): Promise<Player> {
  const contender = contenders.find((name) => name === opponent);
  const measurement = measurements[workload.name];
  if (contender === undefined) throw new RangeError(`training: no opponent "${opponent}"`);
  if (measurement === undefined) throw new RangeError(`training: no workload "${workload.name}"`);
  await enter(contender);
  return play({ run: measurement.prepare(contender) }, milliseconds);
}

/** Steps of training in tf.js, and what they are made of. */
export const trainingSuite: Suite = {
  name: "training",
  notes: [
    "Every opponent runs in a process of its own on one thread; they take turns, and no two run at the same time.",
    "Results are not checked here; the tests of @posenc/tfjs hold kernels and gradients against the cpu backend.",
    "Times are processor time for a call. A step is forward, backward and Adam.",
  ],
  workloads: Object.values(measurements).map(workloadOf),
  opponents,
  child: new URL("./child.js", import.meta.url),
  play: playTraining,
};
