import { describe, expect, test } from "vitest";
import { checkResults } from "./check-results.ts";
import { expectedOf } from "./expected.ts";
import { inputsOf } from "./inputs.ts";
import { speedOpponents } from "./opponents.ts";
import { speedSuite } from "./suite.ts";
import type { SpeedWorkload } from "./workload.ts";
import { smallWorkloads, speedWorkloads } from "./workloads.ts";

const obstacles = new Map(
  await Promise.all(
    speedOpponents.map(async ({ name, obstacle }) => [name, (await obstacle?.()) ?? ""] as const),
  ),
);

const present = speedOpponents.filter(({ name }) => obstacles.get(name) === "");

test("what is absent says why, and only PyTorch may be", () => {
  const absent = speedOpponents.filter((opponent) => !present.includes(opponent));
  for (const { name } of absent) expect(obstacles.get(name)).toMatch(/PyTorch|torch|Python/);
});

describe.each(present.map((opponent) => [opponent.name, opponent] as const))("%s", (name, opponent) => {
  const own = smallWorkloads.filter((workload) => opponent.does(workload));

  test.each(own.map((workload) => [workload.name, workload] as const))(
    "%s is right, and is timed",
    async (_, workload) => {
      const player = await speedSuite.play({ workload, opponent: name, milliseconds: 1 });
      try {
        expect(player.readiness.state).toBe("ready");
        const { cpu, wall, calls } = await player.round();
        for (const value of [cpu, wall, calls]) expect(value).toBeGreaterThan(0);
      } finally {
        player.stop();
      }
    },
  );

  test("does something", () => expect(own.length).toBeGreaterThan(0));
});

const find = (name: string, among = smallWorkloads): SpeedWorkload =>
  among.find((workload) => workload.name === name)!;

test("the bytes of a workload", () => {
  const bytes = (name: string) => find(name, speedWorkloads).work.amount;
  expect(bytes("prefill")).toBe(2 * 2 * 32 * 2048 * 128 * 4);
  expect(bytes("decode")).toBe(2 * 2 * 32 * 32 * 128 * 4);
  expect(bytes("table")).toBe(131_072 * 128 * 4);
  expect(bytes("alibi")).toBe(16 * 1024 * 1024 * 4);
  expect(bytes("gather-add")).toBe((8 * 2 + 1) * 2048 * 512 * 4);
  expect(bytes("learned-add")).toBe((2 * 8 * 2048 + 4096) * 512 * 4);
  expect(bytes("tiny")).toBe(3 * 10 * 512 * 4);
});

test("what is expected, by hand", () => {
  const rotate = find("prefill") as SpeedWorkload<"rotate">;
  const inputs = inputsOf(rotate);
  const { q, positions } = inputs;
  const { heads, length, dim } = rotate.sizes;
  // the second pair of the last head's last token
  const row = (heads * length - 1) * dim;
  const angle = positions.data[length - 1]! * 10_000 ** (-2 / dim);
  const [a, b] = [q.data[row + 1]!, q.data[row + 1 + dim / 2]!];
  const [expected] = expectedOf(rotate, inputs);
  expect(expected!.at(row + 1)).toBeCloseTo(a * Math.cos(angle) - b * Math.sin(angle), 12);
  expect(expected!.at(row + 1 + dim / 2)).toBeCloseTo(b * Math.cos(angle) + a * Math.sin(angle), 12);

  const alibi = find("alibi") as SpeedWorkload<"alibi">;
  const [scores] = expectedOf(alibi, inputsOf(alibi));
  const n = alibi.sizes.length;
  expect(scores!.at(n * n + 2 * n + 5)).toBeCloseTo(-(2 ** -8) * 3, 12); // the second of three heads
});

describe("wrong results", () => {
  const workload = find("tiny") as SpeedWorkload<"add">;
  const inputs = inputsOf(workload);
  const [expected] = expectedOf(workload, inputs);
  const right = Float32Array.from({ length: expected!.length }, (_, i) => expected!.at(i));
  const check = (result: Float32Array) => checkResults(workload, inputs, [result]);

  test("right ones pass, with their error", () => {
    const readiness = check(right);
    expect(readiness).toMatchObject({ state: "ready", accuracy: { tolerance: 1e-6 } });
    expect((readiness as { accuracy: { error: number } }).accuracy.error).toBeLessThan(1e-7);
  });

  test.each([
    [
      "one that is off",
      right.with(7, right[7]! + 1e-5),
      /^sum\[7\] is .* where .* is true \(tolerance 0.000001\)/,
    ],
    ["NaN", right.with(3, Number.NaN), /^sum\[3\] is NaN/],
    ["a missing one", right.slice(1), /^sum must have \d+ values, got \d+/],
  ])("%s is refused", (_, result, what) => {
    const readiness = check(result);
    expect(readiness.state).toBe("wrong");
    expect((readiness as { what: string }).what).toMatch(what);
  });
});
