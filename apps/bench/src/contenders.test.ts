import { LENGTH, whatItSees } from "@posenc/benchmarks";
import { describe, expect, test } from "vitest";
import { contenders, pickContenders, usual } from "./contenders.ts";

const sizes = { dim: 64, heads: 8 };

/** What each must show a bidirectional pooled model. */
const sight: Record<string, "nothing" | "distance"> = {
  none: "nothing",
  "alibi (symmetric)": "distance",
  kerple: "distance",
  sandwich: "distance",
};

describe.each(contenders.map((contender) => [contender.id, contender] as const))("%s", (id, contender) => {
  test("shows a model what its kind says", () => {
    const encoder = contender.make({ ...sizes, maxLength: LENGTH });
    expect(whatItSees(encoder, sizes, contender.positions?.(LENGTH))).toBe(sight[id] ?? "order");
  });

  test("can be made for longer sequences", () => {
    const encoder = contender.make({ dim: 512, heads: 8, maxLength: 128 });
    const { axes } = encoder.positions ?? {};
    expect(contender.positions?.(128).shape).toEqual(axes === undefined ? undefined : [128, axes]);
  });
});

test("names pick what they say", () => {
  expect(pickContenders(["all"])).toEqual(contenders);
  expect(pickContenders(["alibi (split)", "rope"]).map(({ id }) => id)).toEqual(["rope", "alibi (split)"]);
  expect(usual.map(({ id }) => id)).toEqual([
    "none",
    "sinusoidal",
    "learned",
    "rope",
    "alibi (symmetric)",
    "alibi (split)",
  ]);
  expect(() => pickContenders(["sin"])).toThrow(/the encoder must be from all, none/);
});
