import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { array, initialise, range, rope, typedArrays } from "@posenc/core";
import { transformer } from "@posenc/model";
import { ModelProtoSchema } from "onnx-buf";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { exportModel } from "./export-model.ts";

const model = transformer({
  vocabulary: 5,
  outputs: 3,
  dim: 8,
  heads: 2,
  blocks: 2,
  causal: true,
  head: "token",
  encoder: rope({ dim: 4 }),
});
const values = initialise(model.parameters, 1);

test("every parameter is there under its name", () => {
  const { graph, metadataProps } = fromBinary(ModelProtoSchema, exportModel(model, values));
  const names = graph!.initializer.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(Object.keys(model.parameters)));
  expect(graph!.input.map(({ name }) => name)).toEqual(["tokens", "positions"]);
  expect(graph!.output.map(({ name }) => name)).toEqual(["logits"]);
  const metadata = Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]));
  expect(JSON.parse(metadata["posenc.model"]!)).toMatchObject({
    dim: 8,
    blocks: 2,
    encoder: { name: "rope" },
  });
});

test("ONNX Runtime computes the angles once for all blocks, queries and keys", async () => {
  const folder = await mkdtemp(join(tmpdir(), "posenc-"));
  const optimizedModelFilePath = join(folder, "optimized.onnx");
  const session = await ort.InferenceSession.create(exportModel(model, values), {
    optimizedModelFilePath,
    graphOptimizationLevel: "basic",
  });
  await session.release();
  const { graph } = fromBinary(ModelProtoSchema, await readFile(optimizedModelFilePath));
  await rm(folder, { recursive: true });
  const count = (operator: string) => graph!.node.filter(({ opType }) => opType === operator).length;
  expect([count("Sin"), count("Cos"), count("Less")]).toEqual([1, 1, 1]);
});

test("observe: every intermediate tensor is an output, with the values of the typed arrays", async () => {
  const tokens = array(Int32Array.of(0, 1, 2, 4, 3, 1), [2, 3]);
  const expected = new Map<string, Float32Array>();
  const tensors = Object.fromEntries(
    Object.entries(values).map(([name, data]) => [name, array(data, model.parameters[name]!.shape)]),
  );
  model.forward(typedArrays, tensors, tokens, range(3), (name, { data }) => {
    expected.set(`observed.${name}`, Float32Array.from(data));
  });

  const session = await ort.InferenceSession.create(exportModel(model, values, { observe: true }));
  expect([...session.outputNames].sort()).toEqual(["logits", ...expected.keys()].sort());
  const results = await session.run({
    tokens: new ort.Tensor("int64", BigInt64Array.from(tokens.data, BigInt), [2, 3]),
    positions: new ort.Tensor("int64", BigInt64Array.of(0n, 1n, 2n), [1, 3]),
  });
  await session.release();
  for (const [name, data] of expected) {
    const found = results[name]!.data as Float32Array;
    expect(found.length, name).toBe(data.length);
    for (const [i, value] of data.entries()) expect(found[i], name).toBeCloseTo(value, 5);
  }
});

test("values must be those of the parameters", () => {
  const { "head.bias": _, ...rest } = values;
  expect(() => exportModel(model, rest)).toThrow(
    new TypeError("exportModel: values.head.bias must be a Float32Array or a float32 NdArray, got undefined"),
  );
});
