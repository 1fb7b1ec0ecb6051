import type { Question } from "./data.ts";
import { renderQuestion, renderQuizStart, renderScore, renderVerdict } from "./render/quiz.ts";
import { type Style, text, wrap } from "./render/style.ts";

export interface QuizTerminal {
  write(text: string): void;
  /** Undefined where the input has ended. */
  ask(question: string): Promise<string | undefined>;
}

export interface QuizScore {
  readonly right: number;
  readonly answered: number;
}

/** A question is given up after so many answers that are none. */
const PATIENCE = 5;

/** Asks the questions one after another, and ends early where the input ends, on "q", or when told to. */
export async function takeQuiz(
  questions: readonly Question[],
  { write, ask }: QuizTerminal,
  style: Style,
  signal?: AbortSignal,
): Promise<QuizScore> {
  let [right, answered] = [0, 0];
  write(renderQuizStart(questions, style));
  for (const [i, question] of questions.entries()) {
    write(renderQuestion(question, i, style));
    const given = await answerTo(question);
    if (given === undefined) break;
    answered++;
    if (given === question.answer) right++;
    write(renderVerdict(question, given, style));
  }
  write(renderScore(right, answered, questions.length, style));
  return { right, answered };

  async function answerTo({ options }: Question): Promise<number | undefined> {
    for (let attempt = 0; attempt < PATIENCE && !signal?.aborted; attempt++) {
      const reply = await ask("     your answer: ");
      if (reply === undefined || signal?.aborted || /^q(uit)?$/i.test(reply.trim())) break;
      const given = readAnswer(reply, options.length);
      if (given !== undefined) return given;
      const [letter, number] = ["abcd"[options.length - 1], options.length];
      write(text(wrap(style, `Please answer a to ${letter}, or 1 to ${number}; q ends the quiz.`, "     ")));
    }
    if (!signal?.aborted) write("\n");
    return undefined;
  }
}

/** "2", "b", " B) " → 1; undefined for anything else. */
export function readAnswer(reply: string, options: number): number | undefined {
  const found = /^\s*([1-9a-z])[).]?\s*$/i.exec(reply)?.[1]?.toLowerCase();
  if (found === undefined) return undefined;
  const index = /\d/.test(found) ? Number(found) - 1 : found.charCodeAt(0) - "a".charCodeAt(0);
  return index < options ? index : undefined;
}
