import { expect, test } from "vitest";
import { play } from "./play.ts";
import { timeRound } from "./round.ts";
import { standings } from "./standings.ts";
import { median, spread } from "./statistics.ts";
import type { Opponent, Suite, Workload } from "./suite.ts";
import { inThisProcess, type OpponentResult, takeTurns, type WorkloadResult } from "./take-turns.ts";

const workload: Workload = {
  name: "sum",
  title: "a sum",
  about: "A sum.",
  work: { amount: 4e9, unit: "bytes" },
  baseline: { opponent: "base", title: "memcpy" },
};
const opponent = (name: string, ours = false): Opponent => ({ name, title: name, ours, does: () => true });

test("the median of an even and an odd number", () => {
  expect(median([4, 1, 9])).toBe(4);
  expect(median([4, 1, 9, 6])).toBe(5);
  expect(spread([4, 1, 9])).toEqual({ median: 4, low: 1, high: 9 });
});

test("a round calls until the time is used, and counts", async () => {
  let calls = 0;
  const round = await timeRound(() => void calls++, 20);
  expect(round.calls).toBe(calls);
  expect(round.cpu * calls).toBeGreaterThanOrEqual(20);
});

test("opponents take turns; missing, wrong and failing ones are told apart", async () => {
  const log: string[] = [];
  const suite: Suite = {
    name: "test",
    notes: [],
    workloads: [workload, { ...workload, name: "other" }],
    child: new URL("file:///none"),
    opponents: [
      opponent("a"),
      { ...opponent("b"), obstacle: async () => "no b here" },
      opponent("c"),
      opponent("d"),
      opponent("e"),
      { ...opponent("f"), does: () => false },
      opponent("not asked for"),
    ],
    async play({ opponent }) {
      if (opponent === "d") throw new Error("d broke\nat a line");
      return {
        readiness: opponent === "c" ? { state: "wrong", what: "sum[0] is 1" } : { state: "ready" },
        async round() {
          log.push(opponent);
          if (opponent === "e" && log.length > 3) throw new Error("e broke");
          return { cpu: 2, wall: 3, calls: 1 };
        },
        stop: () => void log.push(`${opponent} stops`),
      };
    },
  };
  const [result, ...rest] = await takeTurns(suite, {
    workloads: ["sum"],
    opponents: ["a", "b", "c", "d", "e", "f"],
    rounds: 3,
    milliseconds: 1,
    start: inThisProcess,
    signal: new AbortController().signal,
  });
  expect(rest).toEqual([]);
  expect(log).toEqual(["c stops", "a", "e", "a", "e", "a", "a stops", "c stops", "e stops"]);
  const told = result!.opponents.map((each) => [each.name, each.state, "what" in each ? each.what : ""]);
  expect(told).toEqual([
    ["a", "timed", ""],
    ["b", "missing", "no b here"],
    ["c", "wrong", "sum[0] is 1"],
    ["d", "failed", "d broke"],
    ["e", "failed", "e broke"],
  ]);
  expect(result!.opponents[0]).toMatchObject({ cpu: { median: 2 }, wall: { median: 3 } });
});

test("what breaks in its check is stopped", async () => {
  let stopped = false;
  const call = {
    run: () => {},
    stop: () => {
      stopped = true;
    },
  };
  await expect(play(call, 1, () => Promise.reject(new Error("bad")))).rejects.toThrow("bad");
  expect(stopped).toBe(true);
});

test("an opponent that takes seconds rests after three rounds", async () => {
  let rounds = 0;
  const suite: Suite = {
    ...{ name: "test", notes: [], workloads: [workload], child: new URL("file:///none") },
    opponents: [opponent("a")],
    play: async () => ({
      readiness: { state: "ready" },
      round: async () => ({ cpu: 1001 + rounds++, wall: 1001, calls: 1 }),
      stop: () => {},
    }),
  };
  await takeTurns(suite, {
    ...{ workloads: ["sum"], opponents: ["a"], rounds: 9, milliseconds: 1, start: inThisProcess },
    signal: new AbortController().signal,
  });
  expect(rounds).toBe(3);
});

const timed = (name: string, milliseconds: number, ours: boolean, idle = false): OpponentResult => {
  const time = { median: milliseconds, low: milliseconds, high: milliseconds };
  return { name, title: name, ours, idle, state: "timed", cpu: time, wall: time, rounds: [] };
};

test("standings: rates, ratios, and where ours do not win", () => {
  const result: WorkloadResult = {
    ...workload,
    opponents: [
      timed("base", 400, false, true),
      timed("fast", 800, true),
      timed("level", 1030, true),
      timed("slow", 3000, true),
      timed("peer", 1000, false),
      timed("other peer", 5000, false),
    ],
  };
  const { all, bestOther, bestOurs, level, behind } = standings(result);
  expect(all.map(({ rate }) => rate)[1]).toBeCloseTo(5, 12); // 4 GB in 0.8 s
  expect(all.map(({ toBaseline }) => toBaseline)).toEqual([1, 2, 2.575, 7.5, 2.5, 12.5]);
  expect(all.map(({ toBestOther }) => toBestOther)).toEqual([undefined, 0.8, 1.03, 3, 1, 5]);
  expect(bestOther?.name).toBe("peer");
  expect(bestOurs?.name).toBe("fast");
  expect(level.map(({ opponent }) => opponent.name)).toEqual(["level"]);
  expect(behind.map(({ opponent }) => opponent.name)).toEqual(["slow"]);
});

test("standings without a base line or others", () => {
  const { all, bestOther, behind } = standings({ ...workload, opponents: [timed("ours", 10, true)] });
  expect(all[0]).toMatchObject({ toBaseline: undefined, toBestOther: undefined });
  expect(bestOther).toBeUndefined();
  expect(behind).toEqual([]);
});
