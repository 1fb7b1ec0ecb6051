import { type Task, tasks } from "@posenc/benchmarks";
import { additive, alibi, type Encoder, initialise, learned, none, rope, sinusoidal } from "@posenc/core";
import { transformer } from "@posenc/model";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import type { About } from "../about/about.ts";
import { aboutAlibi } from "../about/alibi.ts";
import { aboutLearned } from "../about/learned.ts";
import { aboutNone } from "../about/none.ts";
import { aboutRope } from "../about/rope.ts";
import { aboutSinusoidal } from "../about/sinusoidal.ts";
import { useBackend } from "../backend.ts";
import { fixed } from "../format.ts";
import { renderTrace } from "./render/render-trace.ts";
import { styleFor, width } from "./render/style.ts";
import { type TraceData, type TraceOptions, trace } from "./trace.ts";

const [dim, heads] = [32, 4];

beforeAll(() => useBackend("wasm"));

const optionsFor = (encoder: Encoder, more: Partial<TraceOptions> = {}): TraceOptions => ({
  encoder,
  encoderTitle: encoder.name,
  task: tasks.nearest,
  dim,
  heads,
  seed: 1,
  epochs: 2,
  samples: 64,
  heldOut: 32,
  json: false,
  quiz: false,
  ...more,
});

async function run(
  encoder: Encoder,
  more: Partial<TraceOptions> = {},
  signal?: AbortSignal,
): Promise<{ data: TraceData; text: string }> {
  let text = "";
  const write = (part: string) => {
    text += part;
  };
  const data = await trace(optionsFor(encoder, more), { write, columns: 80, interactive: false }, signal);
  return { data, text };
}

const lineOf = (text: string, start: RegExp): string[] =>
  text
    .split("\n")
    .filter((line) => start.test(line))
    .map((line) => line.replace(/\s+/g, " ").trim());

/** The paper's formula and the tutorials', as they are written. */
const paper = (p: number, j: number) =>
  (j % 2 === 0 ? Math.sin : Math.cos)(p / 10_000 ** ((j - (j % 2)) / dim));
const perDimension = (p: number, j: number) => (j % 2 === 0 ? Math.sin : Math.cos)(p / 10_000 ** (j / dim));
const rowOf = (formula: (p: number, j: number) => number, p: number) =>
  Array.from({ length: dim }, (_, j) => formula(p, j));
const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

const every: readonly (readonly [string, Encoder, About, Task])[] = [
  ["sinusoidal", sinusoidal({ dim }), aboutSinusoidal, tasks.nearest],
  ["per-dimension", sinusoidal({ dim, exponent: "per-dimension" }), aboutSinusoidal, tasks.first],
  [
    "tensor2tensor",
    sinusoidal({ dim, exponent: "tensor2tensor", layout: "concatenated" }),
    aboutSinusoidal,
    tasks.nearest,
  ],
  ["learned", learned({ dim, maxLength: 10, initialDeviation: 1 }), aboutLearned, tasks.nearest],
  ["rope", rope({ dim: dim / heads }), aboutRope, tasks.agent],
  ["alibi, symmetric", alibi({ heads, direction: "symmetric" }), aboutAlibi, tasks.agent],
  ["alibi, split", alibi({ heads, direction: "split" }), aboutAlibi, tasks.nearest],
  ["none", none(), aboutNone, tasks.nearest],
];

describe.each(every)("%s", (_, encoder, about, task) => {
  test("all stages, as plain data and as text that fits", async () => {
    const tensors = tf.memory().numTensors;
    const { data, text } = await run(encoder, { about, task });
    expect(tf.memory().numTensors).toBe(tensors);

    expect(JSON.parse(JSON.stringify(data))).toStrictEqual(data);
    expect(text).toBe(renderTrace(data, styleFor(80, false)));
    for (const line of text.split("\n")) expect(width(line), line).toBeLessThanOrEqual(80);
    expect(text).not.toMatch(/NaN|undefined|Infinity|-0\.0+\b/);
    expect(text).not.toContain("\x1b");
    expect(text.match(/── \d of 7/g)).toHaveLength(7);

    expect(data.training.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(data.training.steps).toHaveLength((2 * 64) / 16);
    expect(data.quiz!.length).toBeGreaterThanOrEqual(5);
    expect(data.quiz!.filter(({ fromThisRun }) => fromThisRun).length).toBeGreaterThanOrEqual(2);
    for (const { options, answer } of data.quiz!) {
      expect([3, 4]).toContain(options.length);
      expect(new Set(options).size).toBe(options.length);
      expect(options[answer]).toBeTypeOf("string");
    }
    expect([2, 3]).toContain(data.insight!.length);
  });

  test("the model's own first embeddings", async () => {
    const { data } = await run(encoder, { about, task, epochs: 1 });
    const sizes = { vocabulary: task.vocabulary, outputs: task.classes, dim, heads };
    const table = initialise(transformer({ ...sizes, encoder }).parameters, 1).embedding!;
    const { tokens, words, embeddings } = data.embeddings;
    const [first, last] = embeddings.rows;
    expect(embeddings.shape).toEqual([10, dim]);
    expect(first!.ends.first).toEqual([...table.slice(tokens[0]! * dim, tokens[0]! * dim + 3)]);
    expect(last!.ends.last).toEqual([...table.slice((tokens[9]! + 1) * dim - 3, (tokens[9]! + 1) * dim)]);
    expect(words).toEqual(tokens.map((token) => task.words[token]));
  });

  test("the prediction is that of the trained model", async () => {
    const { data } = await run(encoder, { about, task });
    const { classes, predicted, answer, right, attention, tensors } = data.prediction!;
    expect(classes.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
    const best = classes.reduce((a, b) => (b.logit > a.logit ? b : a));
    expect(predicted).toBe(best.label);
    expect(right).toBe(predicted === answer);
    for (const row of attention.weights) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    const largest = Math.max(...attention.weights.flat());
    expect(attention.strongest.weight).toBe(largest);
    expect(attention.sharpness).toHaveLength(heads);
    expect(tensors.map(({ name }) => name)).toEqual([
      "embedding",
      "encoded",
      "blocks.0.attention.weights",
      "blocks.0.attention",
      "blocks.0.mlp",
      "norm",
      "pooled",
      "logits",
    ]);
  });
});

describe("numbers against the formulas", () => {
  test.each([
    ["paper", paper, sinusoidal({ dim })],
    ["per-dimension", perDimension, sinusoidal({ dim, exponent: "per-dimension" })],
  ] as const)("sinusoidal, %s", async (name, formula, encoder) => {
    const { data, text } = await run(encoder, { about: aboutSinusoidal, epochs: 1 });
    const table = data.encoding.tables[0]!.values;
    for (const p of [0, 5, 9]) {
      for (const [j, value] of rowOf(formula, p).entries()) expect(table[p]![j]).toBeCloseTo(value, 6);
    }
    const nine = rowOf(formula, 9).map((value) => fixed(value));
    const shown = `row 9 ${nine.slice(0, 3).join(" ")} … ${nine.slice(-3).join(" ")}`;
    expect(lineOf(text, /^ {2}row 9/)).toContain(shown);
    const worked = lineOf(text, /^ {4}PE\(9, /);
    expect(worked).toHaveLength(4);
    for (const [j, line] of worked.entries()) expect(line.endsWith(`= ${nine[j]}`)).toBe(true);

    const measured = Object.fromEntries(
      data.encoding.measures.map(({ variant, measures }) => [variant, measures.map(({ value }) => value)]),
    );
    for (const [variant, of] of Object.entries({ paper, "per-dimension": perDimension })) {
      const at = (p: number) => rowOf(of, p);
      const expected = [dot(at(0), at(0)), dot(at(9), at(9)), dot(at(0), at(3)), dot(at(6), at(9))];
      for (const [i, value] of expected.entries()) expect(measured[variant]![i]).toBeCloseTo(value, 4);
    }
    expect(data.encoding.measures.map(({ used }) => used)).toEqual(
      name === "paper" ? [true, false] : [false, true],
    );
    expect(data.encoding.measures[0]!.sentence).toMatch(/equally long.*distance alone/);
    expect(data.encoding.measures[1]!.sentence).toMatch(/length changes.*where they stand/);
    for (const { terms } of data.sum.rows) {
      const [x, encoding, sum] = terms.map(({ ends }) => [...ends.first, ...ends.last]);
      for (const [i, value] of sum!.entries()) expect(value).toBeCloseTo(x![i]! + encoding![i]!, 5);
    }
    expect(data.sum.sentences[0]).toContain("0, 1, 0, 1");
  });

  test("rope", async () => {
    const { data, text } = await run(rope({ dim: 8 }), { about: aboutRope, epochs: 1 });
    const expected = [0, 1, 2, 3].map((i) => fixed(Math.cos(9 * 10_000 ** (-i / 4))));
    expect(lineOf(text, /^ {2}row 9/)).toContain(`row 9 ${expected.join(" ")}`);
    const [still, turned, near, far] = data.encoding.measures[0]!.measures.map(({ value }) => value);
    expect(turned).toBeCloseTo(still!, 5);
    expect(far).toBeCloseTo(near!, 5);
    expect(data.sum.sentences.join(" ")).toContain("a turn keeps it");
  });

  test("alibi", async () => {
    const { data, text } = await run(alibi({ heads, direction: "symmetric" }), {
      about: aboutAlibi,
      epochs: 1,
    });
    for (const [q, row] of data.encoding.tables[0]!.values.entries())
      for (const [k, score] of row.entries()) expect(score).toBeCloseTo(-0.25 * Math.abs(q - k), 6);
    expect(text).toContain("-0.25 · |9 - 0| = -2.2500");
    expect(data.encoding.measures[0]!.sentence).toContain("the same on both sides");
    for (const { terms } of data.sum.rows) {
      const [product, score, sum] = terms.map(({ ends }) => [...ends.first, ...ends.last]);
      for (const [i, value] of sum!.entries()) expect(value).toBeCloseTo(product![i]! + score![i]!, 5);
    }
  });

  test("none adds nothing, and its ceiling is said", async () => {
    const { data, text } = await run(none(), { about: aboutNone, epochs: 1 });
    expect(data.encoding.tables[0]!.values.flat().every((value) => value === 0)).toBe(true);
    expect(data.training.ceiling).toEqual(tasks.nearest.ceilings.withoutPositions);
    expect(text.replace(/\s+/g, " ")).toContain(
      "sees nothing of the order of the words, so 25 % is the most",
    );
  });

  test("a symmetric distance has its own ceiling where the task has one", async () => {
    const { data } = await run(alibi({ heads, direction: "symmetric" }), {
      about: aboutAlibi,
      epochs: 1,
      task: tasks.agent,
    });
    expect(data.training.sight).toBe("distance");
    expect(data.training.ceiling?.accuracy).toBe(0.5);
  });
});

test("an encoder nobody knows is described by its kind and options", async () => {
  const mine = additive({
    name: "mine",
    options: { slope: 0.5 },
    dim,
    parameters: {},
    vectors: ({ constant, expandDims, float, mul }, positions) =>
      mul(expandDims(float(positions), -1), constant(new Float32Array(dim).fill(0.5), [dim])),
  });
  const { data, text } = await run(mine, { epochs: 1 });
  expect(data.encoding.tables[0]!.values[9]).toEqual(new Array(dim).fill(4.5));
  expect(data.encoding.formula).toEqual(["PE(p) = vectors(p)", "x(p) + PE(p)", "with slope = 0.5"]);
  expect(data.encoding.worked).toEqual([]);
  expect(text).toContain("mine");
});

test("json prints the data and nothing else", async () => {
  const { data, text } = await run(sinusoidal({ dim }), { about: aboutSinusoidal, json: true, quiz: true });
  expect(JSON.parse(text)).toStrictEqual(data);
});

test("interactive: colours, the step, and the same words", async () => {
  let text = "";
  const output = {
    columns: 80,
    interactive: true,
    write: (part: string) => {
      text += part;
    },
  };
  const data = await trace(optionsFor(sinusoidal({ dim }), { about: aboutSinusoidal }), output);
  expect(text).toContain("\x1b[1m");
  expect(text).toContain("step 4 of 4");
  const lines = text.split("\n").map((line) => line.split("\r\x1b[K").at(-1)!);
  const still = lines
    .join("\n")
    .replaceAll("\x1b", "")
    .replaceAll(/\[\d+m/g, "");
  expect(still).toBe(renderTrace(data, styleFor(80, false)));
});

test("the quiz knows the right answers", async () => {
  const { data } = await run(sinusoidal({ dim }), { about: aboutSinusoidal });
  const right = data.quiz!.map(({ options, answer }) => options[answer]);
  const probability = Math.exp(-data.training.epochs.at(-1)!.heldOutLoss);
  expect(right.slice(0, 3)).toEqual(["1.0000", "25 %", `${Number((100 * probability).toFixed(1))} %`]);
  expect(data.quiz![0]!.explanation).toContain("cos(0 / 10000^(0/32))");
  const agent = await run(rope({ dim: dim / heads }), { about: aboutRope, task: tasks.agent });
  expect(agent.data.quiz![0]!.options[agent.data.quiz![0]!.answer]).toBe(Math.cos(0.1).toFixed(4));
  expect(agent.data.quiz![1]!.options[agent.data.quiz![1]!.answer]).toBe("50 %");
});

test("the quiz is asked at its place", async () => {
  let text = "";
  const asked: string[] = [];
  const data = await trace(optionsFor(none(), { about: aboutNone, quiz: true, epochs: 1 }), {
    interactive: false,
    write: (part) => {
      text += part;
    },
    ask: async (question) => {
      asked.push(question);
      return "a";
    },
  });
  const right = data.quiz!.filter(({ answer }) => answer === 0).length;
  expect(asked).toHaveLength(data.quiz!.length);
  expect(text).toContain(`${right} of ${data.quiz!.length} right.`);
  expect(text.indexOf("right.")).toBeLessThan(text.indexOf("the key insight"));
});

test("aborting leaves what is known and says so", async () => {
  const tensors = tf.memory().numTensors;
  const controller = new AbortController();
  let text = "";
  const write = (part: string) => {
    text += part;
    if (part.startsWith("     1 ")) controller.abort();
  };
  const options = optionsFor(sinusoidal({ dim }), { about: aboutSinusoidal, epochs: 5 });
  const data = await trace(options, { write, interactive: false }, controller.signal);
  expect(data.training.interrupted).toBe(true);
  expect(data.training.epochs).toHaveLength(1);
  expect(data).not.toHaveProperty("prediction");
  expect(text).toContain("Interrupted: 1 epoch of 5 finished");
  expect(text).not.toContain("5 of 7");
  expect(JSON.parse(JSON.stringify(data))).toStrictEqual(data);
  expect(tf.memory().numTensors).toBe(tensors);
});

test("aborted before it begins: no epoch, no chart", async () => {
  const { data, text } = await run(none(), { about: aboutNone }, AbortSignal.abort());
  expect(data.training.epochs).toEqual([]);
  expect(text).toContain("No epoch was finished.");
  expect(text).toContain("Interrupted");
});

describe("bad input, before anything is printed", () => {
  test.each([
    ["epochs", sinusoidal({ dim }), { epochs: 0 }, "trace: epochs must be at least 1, got 0"],
    ["seed", sinusoidal({ dim }), { seed: -1 }, "trace: seed must be at least 0, got -1"],
    ["samples", sinusoidal({ dim }), { samples: 0 }, "dataset: train must be at least 1, got 0"],
    ["sizes", sinusoidal({ dim: 16 }), {}, "sinusoidal: dim must be 32, the model's dim, got 16"],
    ["a short table", learned({ dim, maxLength: 5 }), {}, "learned: positions must be below 5"],
    ["quiz", none(), { quiz: true }, "trace: output.ask must be a function"],
  ] as const)("%s", async (_, encoder, more, message) => {
    const written: string[] = [];
    const output = { interactive: false, write: (part: string) => void written.push(part) };
    await expect(trace(optionsFor(encoder, more), output)).rejects.toThrow(message);
    expect(written).toEqual([]);
  });
});
