import { memory } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { pythonObstacle } from "../python/find-python.ts";
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

const absent = await pythonObstacle("torch");

test("PyTorch has every step of training and every product, and says why where it is not here", async () => {
  const torch = trainingSuite.opponents.find(({ name }) => name === "torch")!;
  const own = trainingSuite.workloads.filter((workload) => torch.does(workload)).map(({ name }) => name);
  expect(own).toEqual(Object.keys(measurements).filter((name) => /^(small|wide|product)/.test(name)));
  expect(await torch.obstacle!()).toBe(absent);
});

const here = absent === undefined ? ["small", "wide", "product-320-512-512-tn"] : [];
for (const name of here) {
  test(`PyTorch computes ${name}, and what the model does on typed arrays`, async () => {
    const workload = trainingSuite.workloads.find((workload) => workload.name === name)!;
    const player = await trainingSuite.play({ workload, opponent: "torch", milliseconds: 1 });
    try {
      expect(player.readiness).toMatchObject({ state: "ready" });
      expect((await player.round()).calls).toBeGreaterThan(0);
    } finally {
      player.stop();
    }
  });
}

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
