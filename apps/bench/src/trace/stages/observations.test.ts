import type { EpochResult } from "@posenc/tfjs";
import { describe, expect, test } from "vitest";
import { margin, observeEpoch, observeTraining } from "./observations.ts";

const standards = {
  guessingLoss: Math.log(4),
  withoutPositions: { accuracy: 0.25, because: "It is so." },
  heldOut: 400,
};

/** [training loss, held-out loss, accuracy] for each epoch. */
const epochs = (...rows: readonly [number, number, number][]): EpochResult[] =>
  rows.map(([trainLoss, heldOutLoss, heldOutAccuracy], i) => ({
    epoch: i + 1,
    trainLoss,
    heldOutLoss,
    heldOutAccuracy,
    seconds: 1,
  }));
const whole = (...rows: readonly [number, number, number][]) =>
  observeTraining(epochs(...rows), standards).join("\n");
const last = (...rows: readonly [number, number, number][]) => observeEpoch(epochs(...rows), standards);

test("the margin is three standard errors", () => {
  expect(margin(0.25, 400)).toBeCloseTo(3 * 0.4330127 * 0.05, 6);
});

describe("an epoch", () => {
  test.each([
    ["above guessing", [[1.6, 1.5, 0.25]], "On average above the loss of guessing evenly, 1.386"],
    ["at guessing", [[1.39, 1.4, 0.25]], "About the loss of guessing evenly, 1.386"],
    ["below guessing", [[1.0, 1.1, 0.25]], "Already below the loss of guessing evenly, 1.386."],
    [
      "falling",
      [
        [1.0, 1, 0.2],
        [0.6, 1, 0.2],
      ],
      "The training loss falls by 40 %.",
    ],
    [
      "rising",
      [
        [1.0, 1, 0.2],
        [1.5, 1, 0.2],
      ],
      "The training loss rises by 50 %.",
    ],
    [
      "flat",
      [
        [1.0, 1, 0.2],
        [0.99, 1, 0.2],
      ],
      "The training loss hardly moves.",
    ],
  ] as const)("%s", (_, rows, expected) => {
    expect(last(...(rows as unknown as [number, number, number][]))).toContain(expected);
  });

  test("passing the ceiling is said once, and not for what chance explains", () => {
    const passed = "above 25 %, the most that is possible without positions";
    expect(last([1.4, 1.4, 0.25], [1.2, 1.2, 0.5])).toContain(passed);
    expect(last([1.4, 1.4, 0.5], [1.2, 1.2, 0.6])).not.toContain(passed);
    expect(last([1.4, 1.4, 0.25], [1.2, 1.2, 0.3])).not.toContain(passed);
  });
});

describe("a whole training", () => {
  test("falling: the biggest step, the ceiling, more to come, no overfitting", () => {
    const text = whole([1.5, 1.4, 0.26], [1.3, 1.1, 0.5], [0.7, 0.6, 0.7], [0.5, 0.45, 0.85]);
    expect(text).toContain(
      "falls from 1.500 to 0.500 in 4 epochs; the biggest step is epoch 3, down by 0.600",
    );
    expect(text).toContain("is 85 %. Without positions 25 % is the most: so the model uses the order");
    expect(text).toContain("still fell by 25 %: more epochs would probably help");
    expect(text).toContain("no sign of learning by heart");
  });

  test("rising", () => {
    expect(whole([1.4, 1.4, 0.25], [1.8, 1.9, 0.25])).toContain("rises, from 1.400 to 1.800");
  });

  test("flat, at the ceiling", () => {
    const text = whole([1.39, 1.39, 0.25], [1.385, 1.39, 0.27]);
    expect(text).toContain("stays where it is, from 1.390 to 1.385 in 2 epochs");
    expect(text).toContain("is 27 %, which is not more than chance explains");
    expect(text).toContain("± 6 %");
    expect(text).not.toContain("probably help");
    expect(text).not.toContain("by heart");
  });

  test("overfitting: the held-out loss turns", () => {
    const text = whole([1.4, 1.3, 0.4], [0.8, 0.9, 0.6], [0.4, 1.1, 0.6]);
    expect(text).toContain("Since epoch 2 the held-out loss rises while the training loss falls");
    expect(text).toContain("levelled off");
  });

  test("overfitting: a wide gap", () => {
    expect(whole([1.4, 1.3, 0.4], [0.2, 0.9, 0.6])).toContain(
      "The held-out loss (0.900) is far above the training loss (0.200)",
    );
  });

  test("one epoch, and none", () => {
    expect(whole([1.4, 1.4, 0.2])).toContain("not more than the 25 % that can be reached without positions");
    expect(whole()).toBe("No epoch was finished.");
  });
});
