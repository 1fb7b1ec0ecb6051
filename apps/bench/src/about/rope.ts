import { fixed } from "../format.ts";
import type { About } from "./about.ts";
import { shifted } from "./shifted.ts";

export const aboutRope: About = {
  title: "Rotary position embedding, RoPE (Su et al., 2021)",
  explanation:
    "Queries and keys are cut into pairs of numbers. Each pair is a point in a plane and is turned about the origin, by an angle that grows with the position.",
  formula: ({ rotaryDim, base, offset, pairing }) => [
    `angle(p, i) = ${offset ? `(p + ${offset})` : "p"} / ${base}^(2i/r)    r = ${rotaryDim}, i = 0 … ${Number(rotaryDim) / 2 - 1}`,
    "(a, b) → (a·cos - b·sin, b·cos + a·sin)",
    pairing === "interleaved"
      ? "pair i is (2i, 2i + 1)"
      : `pair i is (i, i + ${Number(rotaryDim) / 2}): the layout of Llama`,
  ],
  worked: ({ rotaryDim, base, offset }, position, index) => {
    const turns = `${shifted(position, offset)} / ${base}^(${2 * index}/${rotaryDim})`;
    const angle = (position + Number(offset)) * Number(base) ** ((-2 * index) / Number(rotaryDim));
    return {
      term: `cos(${position}, pair ${index})`,
      expression: `cos(${turns})`,
      simpler: `cos(${fixed(angle)})`,
    };
  },
};
