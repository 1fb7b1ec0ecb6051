import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";

vi.spyOn(console, "log").mockImplementation(() => {});

test("own-encoder.ts trains, and gives the same in ONNX Runtime", async () => {
  const { accuracy, difference } = await import("./own-encoder.ts");
  expect(accuracy).toBeGreaterThan(0.9);
  expect(difference).toBeLessThan(1e-4);
});

test("own-encoder.ts is under 40 lines", () => {
  const lines = readFileSync(new URL("./own-encoder.ts", import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
  expect(lines.length).toBeLessThan(40);
});

test("train-and-export.ts gives the same accuracy in ONNX Runtime", async () => {
  const { accuracyInTensorFlow, accuracyInOnnxRuntime } = await import("./train-and-export.ts");
  expect(accuracyInTensorFlow).toBeGreaterThan(0.9);
  expect(accuracyInOnnxRuntime).toBe(accuracyInTensorFlow);
});
