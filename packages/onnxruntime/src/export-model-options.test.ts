/** Models exported in other forms, run in ONNX Runtime. */
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectClose } from "@posenc/conformance";
import {
  alibi,
  array,
  compose,
  initialise,
  type NdArray,
  range,
  rope,
  sinusoidal,
  sizeOf,
  typedArrays,
} from "@posenc/core";
import { type Transformer, transformer } from "@posenc/model";
import { type ExportModelOptions, exportModel, exportModelFiles, targetPresets } from "@posenc/onnx";
import * as node from "onnxruntime-node";
import * as web from "onnxruntime-web";
import { expect, test } from "vitest";
import { createDecoder } from "./decoder.ts";
import { createModelSession } from "./model-session.ts";

web.env.wasm.numThreads = 1;

const sizes = {
  vocabulary: 11,
  outputs: 11,
  dim: 16,
  heads: 2,
  blocks: 2,
  causal: true,
  head: "token",
} as const;
const models = [
  transformer({ ...sizes, encoder: rope({ dim: 8, pairing: "interleaved" }) }),
  transformer({
    ...sizes,
    encoder: compose(sinusoidal({ dim: 16 }), alibi({ heads: 2 }), {
      encoder: rope({ dim: 8 }),
      layers: [1],
    }),
  }),
];
const tokens = array(Int32Array.of(3, 1, 4, 1, 5, 9, 2, 6, 5, 3), [2, 5]);

function reference(model: Transformer, values: Record<string, Float32Array>): NdArray {
  const tensors = Object.entries(model.parameters).map(([name, { shape }]) => [
    name,
    array(values[name]!, shape),
  ]);
  return model.forward(typedArrays, Object.fromEntries(tensors), tokens, range(5));
}

for (const model of models) {
  const values = initialise(model.parameters, 1);
  const want = reference(model, values);
  const { name } = model.options.encoder;

  for (const [preset, options] of Object.entries(targetPresets)) {
    for (const maxPosition of [undefined, 16]) {
      test(`${name}, ${preset}, ${maxPosition ?? "any"} positions`, async () => {
        for (const runtime of [node, web]) {
          const session = await createModelSession(model, values, runtime, {
            ...options,
            ...(maxPosition !== undefined && { maxPosition }),
          });
          expectClose(await session.run(tokens), want, 1e-5);
          await session.dispose();
        }
      });
    }
  }

  test(`${name}: float16 weights halve the file; results are those of the rounded weights`, async () => {
    const shapes = Object.values(model.parameters).map(({ shape }) => shape);
    const saved = 2 * shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
    const nodes = 150 * shapes.length; // a Cast for each parameter
    const [whole, half] = [exportModel(model, values), exportModel(model, values, { dtype: "float16" })];
    expect(whole.length - half.length).toBeGreaterThan(saved - nodes);
    const session = await createModelSession(model, values, node, { dtype: "float16" });
    expectClose(await session.run(tokens), want, 2e-2);
    await session.dispose();
  });

  test(`${name}: float16 decoding step by step`, async () => {
    const options: ExportModelOptions = { dtype: "float16", rotary: "com.microsoft" };
    const whole = await createModelSession(model, values, node, options);
    const full = await whole.run(tokens);
    await whole.dispose();
    const decoder = await createDecoder(model, values, node, options);
    const column = (at: number, count: number) =>
      array(
        Int32Array.from([0, 1].flatMap((row) => [...tokens.data.slice(5 * row + at, 5 * row + at + count)])),
        [2, count],
      );
    await decoder.prefill(column(0, 4));
    const last = await decoder.step(column(4, 1));
    await decoder.dispose();
    const expected = [0, 1].flatMap((row) => [...full.data.slice((5 * row + 4) * 11, (5 * row + 5) * 11)]);
    expectClose(last, array(Float32Array.from(expected), [2, 1, 11]), 2e-2);
  });
}

test("parameters in a file of their own: a small model, read by ONNX Runtime from beside it", async () => {
  const [model] = models as [Transformer];
  const values = initialise(model.parameters, 1);
  const { model: bytes, data } = exportModelFiles(model, values, "model.onnx.data");
  expect(bytes.length).toBeLessThan(exportModel(model, values).length / 2);
  expect(data.some(({ buffer }) => buffer === values.embedding!.buffer)).toBe(true);
  const folder = await mkdtemp(join(tmpdir(), "posenc-"));
  try {
    await writeFile(join(folder, "model.onnx"), bytes);
    const file = await open(join(folder, "model.onnx.data"), "w");
    await file.writev(data);
    await file.close();
    const session = await node.InferenceSession.create(join(folder, "model.onnx"));
    const { logits } = await session.run({
      tokens: new node.Tensor("int64", BigInt64Array.from(tokens.data, BigInt), tokens.shape),
      positions: new node.Tensor("int64", BigInt64Array.of(0n, 1n, 2n, 3n, 4n), [1, 5]),
    });
    expectClose(array(logits!.data as Float32Array, logits!.dims), reference(model, values), 1e-5);
    await session.release();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a location must be beside the model", () => {
  const [model] = models as [Transformer];
  for (const location of ["", "/tmp/x", "../x", "a/../../x", "C:\\x", 3]) {
    expect(() => exportModelFiles(model, {}, location as string)).toThrow(
      "exportModelFiles: location must be a relative path",
    );
  }
});
