import { LENGTH, type Task, task } from "../task.ts";

const CANDIDATES = [1, 2, 3, 4];

/** Ten symbols in any order; the answer is the candidate that comes first. */
export const first: Task = task({
  name: "first",
  title: "First of four",
  question: "Ten symbols in any order: which of A, B, C and D comes first?",
  words: ["★", "A", "B", "C", "D", "p", "q", "r", "s", "t"],
  labels: ["A", "B", "C", "D"],
  ceilings: {
    withoutPositions: {
      accuracy: 1 / 4,
      because:
        "Every sample holds the same ten symbols, and each of the four letters is as often the answer.",
    },
    symmetricDistance: {
      accuracy: 1 / 2,
      because:
        "A sample and its mirror image have the same distances, occur equally often and have different answers.",
    },
  },
  sample({ permutation }) {
    const tokens = permutation(LENGTH);
    const opening = tokens.find((token) => CANDIDATES.includes(token))!;
    return { tokens, label: CANDIDATES.indexOf(opening) };
  },
});
