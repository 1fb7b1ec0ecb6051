import { describe, expect, test } from "vitest";
import type { Question } from "./data.ts";
import { styleFor } from "./render/style.ts";
import { readAnswer, takeQuiz } from "./take-quiz.ts";

const question = (answer: number): Question => ({
  question: `Which is ${answer}?`,
  options: ["zero", "one", "two"],
  answer,
  explanation: `It is ${answer}.`,
  fromThisRun: false,
});
const questions = [question(0), question(1), question(2), question(2)];

async function play(replies: readonly (string | undefined)[], signal?: AbortSignal) {
  let text = "";
  let asked = 0;
  const terminal = {
    write: (part: string) => {
      text += part;
    },
    ask: async () => replies[asked++],
  };
  const score = await takeQuiz(questions, terminal, styleFor(80, false), signal);
  return { score, text, asked };
}

test("letters and numbers are counted", async () => {
  const { score, text } = await play(["1", "b", "A", " C) "]);
  expect(score).toEqual({ right: 3, answered: 4 });
  expect(text).toContain("Not quite: c) two");
  expect(text).toContain("It is 2.");
  expect(text).toContain("3 of 4 right.");
});

test("a bad answer is asked again and costs nothing", async () => {
  const { score, text, asked } = await play(["4", "", "x", "a", "2", "3", "c"]);
  expect(asked).toBe(7);
  expect(score).toEqual({ right: 4, answered: 4 });
  expect(text.match(/Please answer a to c, or 1 to 3/g)).toHaveLength(3);
});

test.each([
  ["the end of the input", ["1", undefined]],
  ["q", ["1", "q"]],
  ["too many bad answers", ["1", ...new Array(9).fill("?")]],
] as const)("%s ends it with the score so far", async (_, replies) => {
  const { score, text } = await play(replies);
  expect(score).toEqual({ right: 1, answered: 1 });
  expect(text).toContain("1 of 1 right. The quiz ended early: 3 of 4 not answered.");
});

test("an abort ends it", async () => {
  const { score, asked } = await play(["1", "2", "3", "3"], AbortSignal.abort());
  expect(score).toEqual({ right: 0, answered: 0 });
  expect(asked).toBe(0);
});

describe("readAnswer", () => {
  test.each([
    ["1", 0],
    ["b", 1],
    [" C. ", 2],
    ["d", undefined],
    ["0", undefined],
    ["ab", undefined],
    ["", undefined],
  ] as const)("%j of three", (reply, expected) => {
    expect(readAnswer(reply, 3)).toBe(expected);
  });
});
