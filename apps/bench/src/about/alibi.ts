import { alibiSlopes } from "@posenc/core";
import type { About } from "./about.ts";

export const aboutAlibi: About = {
  title: "Attention with linear biases, ALiBi (Press et al., 2022)",
  explanation:
    "Each attention score loses a little for each step between the two words. How much differs from head to head.",
  formula: ({ direction, slopes }) => {
    const twoSided = slopes !== undefined && !Array.isArray(slopes);
    return formulas[twoSided ? "twoSided" : String(direction ?? "causal")] ?? [];
  },
  notes: ({ direction }) => remarks[String(direction)] ?? [],
  worked: ({ heads, direction, slopes }, position, index) => {
    const slope = leftSlope(Number(heads), direction, slopes);
    return {
      term: `score(head 0, query ${position}, key ${index})`,
      expression: `-${Number(slope.toFixed(6))} · |${position} - ${index}|`,
    };
  },
};

const formulas: Readonly<Record<string, readonly string[]>> = {
  causal: ["score(head, q, k) = -slope(head) · (q - k)"],
  twoSided: [
    "score(head, q, k) = -left(head) · (q - k)    for keys to the left",
    "                  = -right(head) · (k - q)   for keys to the right",
  ],
  symmetric: ["score(head, q, k) = -slope(head) · |q - k|"],
  split: [
    "score(head, q, k) = -slope(head) · |q - k|   on the side it looks to",
    "                  = -64 · |q - k|            on the other: unseen",
    "the first half of the heads looks left, the second half right",
  ],
};

const remarks: Readonly<Record<string, readonly string[]>> = {
  symmetric: [
    "The score is the same to the left and to the right: what stands where is known but for the mirror image.",
  ],
};

function leftSlope(heads: number, direction: unknown, slopes: unknown): number {
  if (Array.isArray(slopes)) return slopes[0];
  if (slopes) return (slopes as { readonly left: readonly number[] }).left[0]!;
  return alibiSlopes(direction === "split" ? Math.ceil(heads / 2) : heads)[0]!;
}
