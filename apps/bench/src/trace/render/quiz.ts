import type { Question } from "../data.ts";
import { heading, paint, paragraphs, type Style, text, wrap } from "./style.ts";

const LETTERS = "abcd";

export function renderQuizOffer(questions: readonly Question[], style: Style): string {
  return text([
    ...heading(style, "6 of 7: the quiz"),
    ...paragraphs(style, [
      `${questions.length} questions on what you have seen: add --quiz to answer them here. --json prints them with their answers.`,
    ]),
  ]);
}

export function renderQuizStart(questions: readonly Question[], style: Style): string {
  return text([
    ...heading(style, "6 of 7: the quiz"),
    ...paragraphs(style, [
      `${questions.length} questions. Answer with a letter or a number; q ends the quiz.`,
    ]),
  ]);
}

export function renderQuestion({ question, options }: Question, index: number, style: Style): string {
  return text([
    "",
    ...wrap(style, question, `  ${index + 1}. `).map((line) => paint(style, "bold", line)),
    ...options.flatMap((option, i) => wrap(style, option, `     ${LETTERS[i]}) `)),
  ]);
}

export function renderVerdict(question: Question, given: number, style: Style): string {
  const right = given === question.answer;
  const verdict = right
    ? "Right."
    : `Not quite: ${LETTERS[question.answer]}) ${question.options[question.answer]}`;
  return text([
    ...wrap(style, verdict, "     ").map((line) => paint(style, right ? "green" : "red", line)),
    ...wrap(style, question.explanation, "     "),
  ]);
}

export function renderScore(right: number, answered: number, all: number, style: Style): string {
  const rest = answered < all ? ` The quiz ended early: ${all - answered} of ${all} not answered.` : "";
  return text(["", ...wrap(style, `${right} of ${answered} right.${rest}`)]);
}

export function renderInsight(sentences: readonly string[], style: Style): string {
  return text([...heading(style, "7 of 7: the key insight"), ...paragraphs(style, [sentences.join(" ")])]);
}
