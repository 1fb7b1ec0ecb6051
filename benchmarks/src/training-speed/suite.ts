import { pythonObstacle } from "../python/find-python.ts";
import { inPython } from "../python/python-process.ts";
import { play } from "../rounds/play.ts";
import type { Job, Opponent, Player, Suite, Workload } from "../rounds/suite.ts";
import { type Contender, contenders, enter } from "./contender.ts";
import type { InTorch, Measurement } from "./measurement.ts";
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

const TORCH = "torch";

const opponents: readonly Opponent[] = [
  ...contenders.map(
    (name): Opponent => ({ name, title: titles[name], ours: name !== "stock", does: () => true }),
  ),
  {
    name: TORCH,
    title: "PyTorch eager, tuned",
    ours: false,
    does: ({ name }) => measurements[name]?.torch !== undefined,
    obstacle: () => pythonObstacle(TORCH),
  },
];

const workloadOf = ({ name, title, about, operations }: Measurement): Workload => ({
  name,
  title,
  about,
  work: operations === undefined ? { amount: 1, unit: "steps" } : { amount: operations, unit: "operations" },
  baseline: { opponent: "stock", title: "stock" },
});

async function playTraining({ workload, opponent, milliseconds }: Job): Promise<Player> {
  const measurement = measurements[workload.name];
  if (measurement === undefined) throw new RangeError(`training: no workload "${workload.name}"`);
  const { torch } = measurement;
  if (opponent === TORCH && torch !== undefined) return playTorch(torch, milliseconds);
  const contender = contenders.find((name) => name === opponent);
  if (contender === undefined) throw new RangeError(`training: no opponent "${opponent}"`);
  await enter(contender);
  return play({ run: measurement.prepare(contender) }, milliseconds);
}

/** Of a loss in float32, which adds up in another order. */
const TOLERANCE = 1e-4;

async function playTorch({ computation, sizes, inputs, expected }: InTorch, milliseconds: number) {
  const job = { library: TORCH, compiled: false, tuned: true, computation, sizes, outputs: 1 } as const;
  const prepared = await inPython({ ...job, inputs: inputs() });
  return play(prepared, milliseconds, async () => {
    const want = expected?.();
    if (want === undefined) return { state: "ready" };
    const got = (await prepared.outputs())[0]![0]!;
    const error = Math.abs(got - want);
    if (error <= TOLERANCE) return { state: "ready", accuracy: { error, tolerance: TOLERANCE } };
    return {
      state: "wrong",
      what: `the first loss is ${got} where ${want} is true (tolerance ${TOLERANCE})`,
    };
  });
}

/** Steps of training in tf.js, and what they are made of. */
export const trainingSuite: Suite = {
  name: "training",
  notes: [
    "Every opponent runs in a process of its own on one thread; they take turns, and no two run at the same time.",
    "Results of tf.js are not checked here; the tests of @posenc/tfjs hold kernels and gradients against the cpu backend. PyTorch's first loss is held against the model on typed arrays.",
    "Times are processor time for a call. A step is forward, backward and Adam.",
  ],
  workloads: Object.values(measurements).map(workloadOf),
  opponents,
  child: new URL("./child.js", import.meta.url),
  play: playTraining,
};
