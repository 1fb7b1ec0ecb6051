import { memory } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { inThisProcess, takeTurns } from "../rounds/take-turns.ts";
import { contenders, enter } from "./contender.ts";
import { measurements, trainingSuite } from "./suite.ts";

test.each(["rotate-halves-backward", "rotate-interleaved-forward", "layers", "small"])(
  "%s runs on every contender, and leaves nothing",
  async (name) => {
    for (const contender of contenders) {
      await enter(contender);
      const call = measurements[name]!.prepare(contender);
      call();
      const { numTensors } = memory();
      call();
      expect(memory().numTensors).toBe(numTensors);
    }
  },
);

test("a product is rated by its operations, a step by itself", () => {
  const workOf = (wanted: string) => trainingSuite.workloads.find(({ name }) => name === wanted)!.work;
  expect(workOf("product-320-512-512-tn")).toEqual({ amount: 2 * 320 * 512 * 512, unit: "operations" });
  expect(workOf("small")).toEqual({ amount: 1, unit: "steps" });
});

test("every contender is timed in every round", async () => {
  const [result] = await takeTurns(trainingSuite, {
    workloads: ["rotate-halves-forward"],
    opponents: contenders,
    rounds: 2,
    milliseconds: 1,
    start: inThisProcess,
    signal: new AbortController().signal,
  });
  expect(result!.opponents.map(({ name, ours, state }) => [name, ours, state])).toEqual([
    ["stock", false, "timed"],
    ["mended", true, "timed"],
    ["kernels", true, "timed"],
  ]);
  for (const each of result!.opponents) expect(each).toHaveProperty("rounds.length", 2);
});

test("an unknown workload is named", async () => {
  const workload = { ...trainingSuite.workloads[0]!, name: "nothing" };
  const job = { workload, opponent: "stock", milliseconds: 1 };
  await expect(trainingSuite.play(job)).rejects.toThrow('training: no workload "nothing"');
});
