import { expect, test } from "vitest";
import type { Results } from "../results.ts";
import { fakeResults } from "./fake-results.fixture.ts";
import { median, onnxOf, scores } from "./summary.ts";

/** The fake results with these accuracies on the first task, one for each encoder and seed. */
function withAccuracies(accuracies: Record<string, number[]>): Results {
  const results = fakeResults();
  const task = results.tasks[0]!;
  const runs = Object.entries(accuracies).flatMap(([encoder, list]) =>
    list.map((heldOutAccuracy, seed) => ({
      ...results.runs[0]!,
      encoder,
      task: task.name,
      seed,
      epochs: [{ epoch: 1, trainLoss: 1, heldOutLoss: 1, heldOutAccuracy, seconds: 1 }],
    })),
  );
  return { ...results, tasks: [task], runs };
}

const byId = (results: Results) =>
  Object.fromEntries(scores(results).map((score) => [score.encoder.id, score]));

test("the median over the seeds, and the best", () => {
  const found = byId(withAccuracies({ sinusoidal: [0.9, 0.5, 0.8], rope: [0.7, 0.8], learned: [0.8] }));
  expect(found.sinusoidal).toMatchObject({ accuracy: 0.8, best: true, accuracies: [0.9, 0.5, 0.8] });
  expect(found.rope).toMatchObject({ accuracy: 0.75, best: false });
  expect(found.learned).toMatchObject({ accuracy: 0.8, best: true });
  expect(found.none).toMatchObject({ accuracy: undefined, best: false, atCeiling: false });
});

test("alone, nobody is the best", () => {
  expect(byId(withAccuracies({ rope: [0.7] })).rope).toMatchObject({ accuracy: 0.7, best: false });
});

test("at the ceiling: within two standard deviations of 25 % for 512 samples, which are 3.8 %", () => {
  expect(byId(withAccuracies({ none: [0.213] })).none).toMatchObject({ ceiling: 0.25, atCeiling: true });
  expect(byId(withAccuracies({ none: [0.21] })).none).toMatchObject({ ceiling: 0.25, atCeiling: false });
  expect(byId(withAccuracies({ rope: [0.25] })).rope).toMatchObject({ ceiling: undefined, atCeiling: false });
});

test("ONNX: answers add up over the seeds, the difference is the largest", () => {
  const results = withAccuracies({ rope: [0.5, 0.6] });
  const [a, b] = results.runs;
  const onnx = { bytes: 1, accuracy: 0.5, samePredictions: 511, samples: 512, maxDifference: 1e-6 };
  const runs = [
    { ...a!, onnx },
    { ...b!, onnx: { ...onnx, accuracy: 0.6, samePredictions: 512, maxDifference: 3e-6 } },
  ];
  expect(onnxOf(byId({ ...results, runs }).rope!)).toEqual({
    accuracy: 0.55,
    samePredictions: 1023,
    samples: 1024,
    maxDifference: 3e-6,
  });
  expect(onnxOf(byId(results).none!)).toBeUndefined();
});

test("median of odd and even counts", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([7])).toBe(7);
});
