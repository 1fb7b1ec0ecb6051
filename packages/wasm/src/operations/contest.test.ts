import { afterEach, expect, test, vi } from "vitest";
import { contest } from "./contest.ts";

afterEach(() => vi.restoreAllMocks());

/** The ways that do work of such amounts, where a call takes what `taking` says. */
function waysOf(amounts: readonly number[], taking: (way: string, call: number) => number): string[] {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const { start, stop } = contest(["a", "b"]);
  return amounts.map((amount, call) => {
    const way = start(amount);
    now += taking(way, call);
    stop();
    return way;
  });
}

const much = (count: number): number[] => Array(count).fill(1000);

test.each(["a", "b"])("where %s is faster, it does all after the trials", (faster) => {
  const ways = waysOf(much(40), (way) => (way === faster ? 2 : 3));
  expect(ways.slice(0, 12).filter((way) => way === "a").length).toBe(6);
  expect(ways.slice(12)).toEqual(Array(28).fill(faster));
});

test("a disturbance does not count, nor do first calls", () => {
  const ways = waysOf(much(40), (way, call) => (call < 4 || call === 7 ? 100 : way === "a" ? 3 : 2));
  expect(ways.slice(12)).toEqual(Array(28).fill("b"));
});

test("times count by the amount of work", () => {
  const amounts = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 1000 : 10_000));
  const ways = waysOf(amounts, (_, call) => (call % 2 === 0 ? 10 : 20));
  expect(new Set(ways.slice(12))).toEqual(new Set([ways[1]]));
});

test("work that is too little to be timed is not; the first way does it", () => {
  const now = vi.spyOn(performance, "now");
  const { start, stop } = contest(["a", "b"]);
  for (let i = 0; i < 50; i++) {
    expect(start(0)).toBe("a");
    stop();
  }
  expect(now).not.toHaveBeenCalled();
});
