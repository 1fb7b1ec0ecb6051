import type { About } from "./about.ts";

export const aboutLearned: About = {
  title: "Learned table (Gehring et al., 2017; BERT, GPT-2)",
  explanation:
    "Each position has a row of its own in a table. The rows start as noise and are trained like the words.",
  formula: ({ dim, maxLength }) => [
    "PE(p) = table[p]",
    `the table has ${maxLength} rows of ${dim} numbers, all of them trained`,
  ],
  notes: ({ maxLength }) => [
    `There is no row for position ${maxLength} or beyond. The rows below are those before training.`,
  ],
  worked: (_, position, index) => ({
    term: `PE(${position}, ${index})`,
    expression: `table[${position}][${index}]`,
  }),
};
