import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { rope } from "@posenc/core";
import fc from "fast-check";
import { ModelProtoSchema } from "onnx-buf";
import { expect, test } from "vitest";
import { exportEncoder } from "../export-encoder.ts";
import { inspectModel } from "../inspect/inspect-model.ts";
import { readModel } from "../read/read-model.ts";
import { edits } from "./odd-edits.fixture.ts";
import { rewriteRotary } from "./rewrite-rotary.ts";
import { difference, feed, run } from "./run.fixture.ts";
import {
  chunks,
  gptj,
  llamaCached,
  llamaTorchScript,
  neoxPartial,
  pairsInColumns,
} from "./torch-graphs.fixture.ts";

const [BATCH, LENGTH] = [2, 7];
const runnable: [Uint8Array, Record<string, number[]>][] = [
  [llamaTorchScript(), { position_ids: [BATCH, LENGTH], q: [BATCH, LENGTH, 32], k: [BATCH, LENGTH, 16] }],
  [llamaCached(), { position_ids: [BATCH, LENGTH], q: [BATCH, 3, LENGTH, 8] }],
  [neoxPartial(), { position_ids: [BATCH, LENGTH], q: [BATCH, 3, LENGTH, 12] }],
  [gptj(), { position_ids: [BATCH, LENGTH], q: [BATCH, LENGTH, 24] }],
  [pairsInColumns(), { x: [BATCH, LENGTH, 3, 8], angles: [LENGTH, 4] }],
  [chunks(), { x: [BATCH, 3, LENGTH, 8], angles: [LENGTH, 4] }],
];
const plain = runnable.map(([bytes]) => bytes);
const files = [
  ...plain,
  ...plain.map((bytes) => rewriteRotary(bytes, "com.microsoft").bytes),
  rewriteRotary(chunks(), "ai.onnx").bytes,
  exportEncoder(rope({ dim: 8, pairing: "interleaved", rotaryDim: 4 })),
];

test("odd graphs that are in order: each is rewritten, left or refused", () => {
  const counts = { refused: 0, rewritten: 0, left: 0 };
  fc.assert(
    fc.property(fc.constantFrom(...files), fc.array(edits, { minLength: 1, maxLength: 3 }), (file, list) => {
      const model = fromBinary(ModelProtoSchema, file.slice());
      for (const edit of list) edit(model);
      const bytes = toBinary(ModelProtoSchema, model);
      try {
        readModel(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        counts.refused++;
        return;
      }
      inspectModel(bytes);
      for (const target of ["ai.onnx", "com.microsoft", "primitives"] as const) {
        const { bytes: after, rewritten, left } = rewriteRotary(bytes, target);
        readModel(after);
        counts.rewritten += rewritten.length;
        counts.left += left.length;
      }
    }),
    { numRuns: 300, seed: 4 },
  );
  expect(Math.min(counts.refused, counts.rewritten, counts.left)).toBeGreaterThan(5);
});

test("odd graphs that still run give the same after a rewrite", async () => {
  let ran = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...runnable), edits, async ([file, shapes], edit) => {
      const model = fromBinary(ModelProtoSchema, file.slice());
      edit(model);
      const bytes = toBinary(ModelProtoSchema, model);
      const inputs = feed(shapes);
      try {
        readModel(bytes);
        await run(bytes, inputs);
      } catch {
        return;
      }
      for (const target of ["ai.onnx", "com.microsoft"] as const) {
        const { bytes: after, rewritten } = rewriteRotary(bytes, target);
        if (rewritten.length === 0) continue;
        ran++;
        expect(await difference(bytes, after, inputs)).toBeLessThan(1e-6);
      }
    }),
    { numRuns: 100, seed: 4 },
  );
  expect(ran).toBeGreaterThan(10);
});
