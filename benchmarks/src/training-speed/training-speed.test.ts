import { memory } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { enter } from "./contender.ts";
import { formatResult, measurements, median, trainingSpeed } from "./training-speed.ts";

test.each(["rotate-halves-backward", "rotate-interleaved-forward", "layers", "small"])(
  "%s runs on every contender, and leaves nothing",
  async (name) => {
    for (const contender of ["stock", "mended", "kernels"] as const) {
      await enter(contender);
      const call = measurements[name]!.prepare(contender);
      call();
      const { numTensors } = memory();
      call();
      expect(memory().numTensors).toBe(numTensors);
    }
  },
);

test("a result as text", () => {
  const measurement = { name: "x", title: "product", operations: 2e9, prepare: () => () => {} };
  const times = [
    { contender: "stock" as const, milliseconds: [90, 100, 120], median: 100, ratio: 1 },
    { contender: "kernels" as const, milliseconds: [50, 49, 60], median: 50, ratio: 2 },
  ];
  const [title, stock, kernels] = formatResult({ measurement, times }).split("\n");
  expect(title).toBe("product");
  expect(stock).toMatch(/stock +100\.00 +90\.00–120\.00 +20\.0 GF\/s +1\.00 ×/);
  expect(kernels).toMatch(/kernels +50\.00 +49\.00–60\.00 +40\.0 GF\/s +2\.00 ×/);
});

test("the median of an even and an odd number", () => {
  expect(median([4, 1, 9])).toBe(4);
  expect(median([4, 1, 9, 6])).toBe(5);
});

test("an unknown name is named", async () => {
  await expect(trainingSpeed(["nothing"])).rejects.toThrow(/names must be among small, .*, got "nothing"/);
});
