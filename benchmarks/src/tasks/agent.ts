import type { Random } from "@posenc/core";
import { LENGTH, type Task, task } from "../task.ts";

const NOUNS = ["dog", "man", "cat", "girl", "fox", "king", "bird", "wolf"];
const VERBS = ["bit", "saw", "chased", "caught"];
const FILLERS = [
  "today",
  "often",
  "again",
  "then",
  "there",
  "once",
  "now",
  "quietly",
  "suddenly",
  "here",
  "later",
  "still",
];

/** "dog bit man" or "man bit dog", with adverbs anywhere; the answer is the noun before the verb. */
export const agent: Task = task({
  name: "agent",
  title: "Who did it?",
  question: '"Dog bit man" or "man bit dog", with other words in between: which of the two did it?',
  words: [...NOUNS, ...VERBS, ...FILLERS],
  labels: NOUNS,
  ceilings: {
    withoutPositions: {
      accuracy: 1 / 2,
      because: "The words tell which two nouns there are, and each is as often the one that did it.",
    },
    symmetricDistance: {
      accuracy: 1 / 2,
      because:
        "A sample and its mirror image have the same distances, occur equally often and have different answers.",
    },
  },
  sample(random) {
    const [agent, patient] = differentNouns(random);
    const verb = NOUNS.length + random.below(VERBS.length);
    const tokens = Int32Array.from(
      { length: LENGTH },
      () => NOUNS.length + VERBS.length + random.below(FILLERS.length),
    );
    const [before, between, after] = random.permutation(LENGTH).slice(0, 3).sort();
    tokens[before!] = agent;
    tokens[between!] = verb;
    tokens[after!] = patient;
    return { tokens, label: agent };
  },
});

function differentNouns({ below }: Random): [agent: number, patient: number] {
  const agent = below(NOUNS.length);
  return [agent, (agent + 1 + below(NOUNS.length - 1)) % NOUNS.length];
}
