import { LENGTH, type Task, task } from "../task.ts";

const MARKER = 0;
const CANDIDATES = [1, 2, 3, 4] as const;

/** Ten symbols in any order; the answer is the candidate that stands nearest to the marker. Ties do not occur. */
export const nearest: Task = task({
  name: "nearest",
  title: "Nearest to the star",
  question: "Ten symbols in any order: which of A, B, C and D stands nearest to the star?",
  words: ["★", "A", "B", "C", "D", "p", "q", "r", "s", "t"],
  labels: ["A", "B", "C", "D"],
  ceilings: {
    withoutPositions: {
      accuracy: 1 / 4,
      because:
        "Every sample holds the same ten symbols, and each of the four letters is as often the answer.",
    },
  },
  sample({ permutation }) {
    for (;;) {
      const tokens = permutation(LENGTH);
      const marker = tokens.indexOf(MARKER);
      const distances = CANDIDATES.map((candidate) => Math.abs(tokens.indexOf(candidate) - marker));
      const smallest = Math.min(...distances);
      const label = distances.indexOf(smallest);
      if (label === distances.lastIndexOf(smallest)) return { tokens, label };
    }
  },
});
