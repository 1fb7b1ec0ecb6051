import { additive, alibi, bias, type Encoder, learned, none, rope, sinusoidal } from "@posenc/core";
import { expect, test } from "vitest";
import { tasks } from "./tasks.ts";
import { ceilingFor, whatItSees } from "./what-it-sees.ts";

const sizes = { dim: 32, heads: 4 };

const constantVector = additive({
  name: "same for all",
  options: {},
  parameters: {},
  vectors: ({ add, expandDims, float, mul }, positions) => add(mul(expandDims(float(positions), -1), 0), 3),
});
const learnedTable = bias({
  name: "zeros at first",
  options: {},
  heads: 4,
  parameters: { table: { shape: [10, 4], init: "zeros" } },
  scores: ({ expandDims, gather, swapAxes }, queries, _keys, { table }) =>
    expandDims(swapAxes(gather(table, queries), -2, -1), -1),
});

const cases: [string, string, Encoder][] = [
  ["none", "nothing", none()],
  ["the same vector everywhere", "nothing", constantVector],
  ["a score of the query alone", "nothing", learnedTable],
  ["symmetric ALiBi", "distance", alibi({ heads: 4, direction: "symmetric" })],
  ["split ALiBi", "order", alibi({ heads: 4, direction: "split" })],
  ["causal ALiBi", "order", alibi({ heads: 4 })],
  ["sinusoidal", "order", sinusoidal({ dim: 32 })],
  ["learned", "order", learned({ dim: 32, maxLength: 10 })],
  ["rope", "order", rope({ dim: 8 })],
];

test.each(cases)("%s shows %s", (_, expected, encoder) => {
  expect(whatItSees(encoder, sizes)).toBe(expected);
});

test("the ceiling of a task follows from what is seen", () => {
  expect(ceilingFor(tasks.nearest, "nothing")?.accuracy).toBe(1 / 4);
  expect(ceilingFor(tasks.nearest, "distance")).toBeUndefined();
  expect(ceilingFor(tasks.first, "distance")?.accuracy).toBe(1 / 2);
  expect(ceilingFor(tasks.agent, "order")).toBeUndefined();
});

test("an encoder made for other sizes is turned down", () => {
  expect(() => whatItSees(sinusoidal({ dim: 64 }), sizes)).toThrow(RangeError);
});
