import type { About } from "./about.ts";

export const aboutNone: About = {
  title: "No position encoding",
  explanation: "Nothing is added. The model sees which words there are, and not in which order.",
  formula: () => ["PE(p, i) = 0"],
  place: "It acts nowhere.",
};
