import type { Task } from "@posenc/benchmarks";
import { type Encoder, type Kind, random } from "@posenc/core";
import type { About } from "../../about/about.ts";
import { places } from "../../about/any.ts";
import { fixed, percent } from "../../format.ts";
import type { EncodingStage, Question, TrainingStage } from "../data.ts";

const OPTIONS = 4;
/** So far a wrong probability is from the right one, at least. */
const CLEARLY = 0.04;

interface Draft {
  readonly question: string;
  readonly right: string;
  /** The first ones that differ from the right option and from each other are taken. */
  readonly wrong: readonly string[];
  readonly explanation: string;
  readonly fromThisRun?: boolean;
}

export interface QuizSubject {
  readonly encoder: Encoder;
  readonly about: About;
  readonly task: Task;
  readonly seed: number;
  readonly encoding: EncodingStage;
  readonly training: TrainingStage;
}

/** Questions on what the trace has shown; the options are in an order that the seed decides. */
export function quiz(subject: QuizSubject): Question[] {
  const order = random(subject.seed, "quiz");
  return drafts(subject).map(({ question, right, wrong, explanation, fromThisRun = false }) => {
    const options = [...new Set([right, ...wrong])].slice(0, OPTIONS);
    const shuffled = [...order.permutation(options.length)].map((i) => options[i]!);
    return { question, options: shuffled, answer: shuffled.indexOf(right), explanation, fromThisRun };
  });
}

function drafts(subject: QuizSubject): Draft[] {
  const { task, encoding, training } = subject;
  const { withoutPositions, symmetricDistance } = task.ceilings;
  return [
    firstEntry(subject),
    {
      question: `The task is "${task.title}". Which accuracy does the best model reach without positions?`,
      right: percent(withoutPositions.accuracy),
      wrong: ["25 %", "50 %", "10 %", "100 %"],
      explanation: withoutPositions.because,
      fromThisRun: true,
    },
    ...meanProbability(training),
    {
      question: "Where does the encoder of this run act?",
      right: encoding.place,
      wrong: [...Object.values(places), "It acts on the logits, after the last block."],
      explanation: encoding.explanation,
      fromThisRun: true,
    },
    {
      question: "An encoding tells |i - j|, the distance of two words, and no more. What is missing?",
      right: "Which of the two comes first",
      wrong: ["Whether they are neighbours", "Whether they are far apart", "Which words they are"],
      explanation: `|i - j| is the same for "dog bit man" and "man bit dog". ${symmetricDistance ? `On this task it leads to ${percent(symmetricDistance.accuracy)} at most.` : "This task can be solved all the same; who did it, or what comes first, cannot."}`,
    },
    {
      question: "In the paper's sinusoidal encoding, which two entries share a wave?",
      right: "2i and 2i + 1, neighbours: a sine and a cosine",
      wrong: ["i and d/2 + i: the two halves", "i and d - i: the two ends", "None: each has its own"],
      explanation:
        "The paper's layout is interleaved: sin, cos, sin, cos, … Others put all sines first (i and d/2 + i). Weights trained with one layout are no use with the other.",
    },
    {
      question: "A learned table was trained with positions 0 to 9. What does it say of position 10?",
      right: "Nothing: there is no such row",
      wrong: ["The same as of position 9", "The mean of all rows", "What the formula gives"],
      explanation:
        "A table has only the rows that it was made with, and a row that was never trained is noise. A formula can be worked out at any position.",
    },
  ];
}

const entryOf: Readonly<
  Record<Kind, { readonly term: string; readonly position: number; readonly index: number }>
> = {
  additive: { term: "PE(0, 1), entry 1 of the encoding of position 0", position: 0, index: 1 },
  rotary: { term: "the cosine by which pair 1 is turned at position 1", position: 1, index: 1 },
  bias: { term: "the score that head 0 adds for query 9 and key 0", position: 9, index: 0 },
  content: { term: "the score that head 0 adds for query 9 and key 0", position: 9, index: 0 },
};

function firstEntry({ encoder, about, encoding }: QuizSubject): Draft {
  const { term, position, index } = entryOf[encoder.kind];
  const row = encoding.tables[0]!.values[position]!;
  const value = row[index] ?? row[0]!;
  const wording = about.worked?.(encoder.options, position, index);
  const steps = wording
    ? [wording.expression, ...(wording.simpler ? [wording.simpler] : [])].join(" = ")
    : "The encoder says";
  const others = [row[0]!, row[2] ?? 0, 0, 1, -value, Math.sin(1), value / 2, value + 1];
  return {
    question: `In this run, what is ${term}?`,
    right: fixed(value),
    wrong: others.map((other) => fixed(other)),
    explanation: `${steps}${wording ? " =" : ""} ${fixed(value)}.`,
    fromThisRun: true,
  };
}

function meanProbability({ epochs, guessingLoss }: TrainingStage): Draft[] {
  const last = epochs.at(-1);
  if (last === undefined) return [];
  const loss = last.heldOutLoss;
  const right = Math.exp(-loss);
  return [
    {
      question: `The held-out loss ended at ${fixed(loss, 3)}, where loss = -ln(probability given to the true answer), on average. Which probability is that?`,
      right: percent(right),
      wrong: [1 - right, Math.exp(-guessingLoss), right / 2, (1 + right) / 2, right ** 2]
        .filter((other) => Math.abs(other - right) > CLEARLY)
        .map(percent),
      explanation: `exp(-${fixed(loss, 3)}) = ${fixed(right, 3)}. Guessing evenly gives ${fixed(Math.exp(-guessingLoss), 3)}, a loss of ${fixed(guessingLoss, 3)}.`,
      fromThisRun: true,
    },
  ];
}
