import type { OpponentResult, WorkloadResult } from "@posenc/benchmarks/contests";
import { expect, test } from "vitest";
import { notTimed, notWon, ratio, verdict } from "./verdict.ts";

const timed = (title: string, milliseconds: number, ours: boolean): OpponentResult => {
  const cpu = { median: milliseconds, low: milliseconds, high: milliseconds };
  return { name: title, title, ours, idle: false, state: "timed", cpu, wall: cpu, rounds: [] };
};

const result = (...opponents: OpponentResult[]): WorkloadResult => ({
  name: "sum",
  title: "A sum",
  about: "A sum.",
  work: { amount: 8e6, unit: "bytes" },
  baseline: { opponent: "memcpy", title: "memcpy" },
  opponents,
});

const peer = timed("peer", 10, false);

test.each([
  [4, true, "ours takes 4 ms: 2.5 times as fast as the fastest other, peer (10 ms)."],
  [9.6, false, "ours takes 9.6 ms: level with the fastest other, peer (10 ms)."],
  [25, false, "ours takes 25 ms: 2.5 times the time of the fastest other, peer (10 ms)."],
])("%d ms against 10", (milliseconds, ahead, text) => {
  const told = verdict(result(timed("ours", milliseconds, true), peer, timed("slow peer", 99, false)));
  expect(told).toMatchObject({ ahead, text });
});

test("nobody to compare to", () => {
  expect(verdict(result(timed("ours", 1, true))).text).toBe("ours takes 1 ms; no other was timed.");
  expect(verdict(result(peer))).toMatchObject({ text: "None of ours was timed.", ahead: undefined });
});

test("a workload that ours fail is not won", () => {
  const failed = { ...timed("ours", 1, true), state: "failed" as const, what: "broke" };
  expect(notWon([result(failed, peer)])).toEqual([{ title: "A sum", text: "None of ours was timed." }]);
});

test("where ours do not win: lost workloads, and slower forms in those that are won", () => {
  const won = result(timed("ours", 4, true), peer);
  const partly = result(timed("ours", 4, true), timed("ours too", 15, true), peer);
  const lost = result(timed("ours", 12, true), peer);
  expect(notWon([won])).toEqual([]);
  expect(notWon([partly])).toEqual([{ title: "A sum", text: "won, but not by ours too (1.50 ×)." }]);
  expect(notWon([lost])[0]!.text).toBe(
    "ours takes 12 ms: 1.2 times the time of the fastest other, peer (10 ms).",
  );
});

test("those that were not timed, by reason", () => {
  const left = (title: string, what: string): OpponentResult => ({
    ...{ name: title, title, ours: false, idle: false },
    ...{ state: "missing", what },
  });
  const told = notTimed(result(peer, left("a", "no torch"), left("b", "no torch"), left("c", "no numpy")));
  expect(told).toEqual(["a; b – not here: no torch", "c – not here: no numpy"]);
});

test("ratios", () => {
  expect([undefined, 0.5, 12.345, 1234].map(ratio)).toEqual(["", "0.50 ×", "12.35 ×", "1\u202f230 ×"]);
});
