import { play } from "../rounds/play.ts";
import type { Job, Player, Suite } from "../rounds/suite.ts";
import { checkResults } from "./check-results.ts";
import { inputsOf } from "./inputs.ts";
import { speedOpponents } from "./opponents.ts";
import type { SpeedWorkload } from "./workload.ts";
import { speedWorkloads } from "./workloads.ts";

async function playSpeed({ workload, opponent, milliseconds }: Job<SpeedWorkload>): Promise<Player> {
  const chosen = speedOpponents.find(({ name }) => name === opponent);
  if (chosen === undefined) throw new RangeError(`speed: no opponent "${opponent}"`);
  const inputs = inputsOf(workload);
  const prepared = await chosen.prepare(inputs, workload);
  return play(prepared, milliseconds, async () =>
    chosen.idle ? { state: "ready" } : checkResults(workload, inputs, await prepared.outputs()),
  );
}

/** Encoding itself: rotations, sums, tables. */
export const speedSuite: Suite<SpeedWorkload> = {
  name: "speed",
  notes: [
    "Every opponent runs in a process of its own; they take turns, and no two run at the same time.",
    "Each has one thread, but for those of two: there processor time is that of both together, and the gain is in the time by the clock.",
    "Results are checked against float64 first; wrong ones are not timed.",
    "Times are processor time for a call. Inputs are in place beforehand; results stay where the opponent puts them.",
    "memcpy and fill move as many bytes as a computation must at least, and compute nothing.",
  ],
  workloads: speedWorkloads,
  opponents: speedOpponents,
  child: new URL("./child.js", import.meta.url),
  play: playSpeed,
};
