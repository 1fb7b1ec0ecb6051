import { initialise, rope, sinusoidal } from "@posenc/core";
import { transformer } from "@posenc/model";
import { TensorProto_DataType as Type } from "onnx-buf";
import { expect, test } from "vitest";
import { exportEncoder } from "../export-encoder.ts";
import { exportModel } from "../export-model.ts";
import { small, write } from "../read/files.fixture.ts";
import { builder } from "../rewrite/build.fixture.ts";
import { rewriteRotary } from "../rewrite/rewrite-rotary.ts";
import { gptj, llamaTorchScript } from "../rewrite/torch-graphs.fixture.ts";
import { inspectModel } from "./inspect-model.ts";

test("inputs, outputs, opsets, parameters", () => {
  const model = transformer({
    vocabulary: 10,
    outputs: 4,
    dim: 8,
    heads: 2,
    encoder: sinusoidal({ dim: 8 }),
  });
  const values = initialise(model.parameters, 1);
  const inspected = inspectModel(exportModel(model, values));
  expect(inspected.producer).toBe("posenc");
  expect(inspected.opsets["ai.onnx"]).toBe(17);
  expect(inspected.inputs).toEqual([
    { name: "tokens", type: "int64", shape: ["batch", "length"] },
    { name: "positions", type: "int64", shape: ["positions_batch", "length"] },
  ]);
  expect(inspected.outputs).toEqual([{ name: "logits", type: "float32", shape: ["batch", 4] }]);
  const size = Object.values(model.parameters).reduce(
    (total, { shape }) => total + shape.reduce((a, b) => a * b, 1),
    0,
  );
  expect(inspected.parameters.elements).toBeGreaterThanOrEqual(size);
  expect(inspected.parameters.bytes).toBeGreaterThanOrEqual(4 * size);
  expect(JSON.parse(inspected.metadata["posenc.model"]!)).toMatchObject({ vocabulary: 10 });
});

test("bytes and elements are those of the initializers", () => {
  const g = builder({ initializers: true });
  const x = g.input("x", Type.FLOAT, "n", 3);
  const scaled = g.node("Mul", [x, g.floats([1, 2, 3], [3])]);
  g.output("y", g.node("Reshape", [scaled, g.ints(-1)]));
  expect(inspectModel(g.bytes()).parameters).toEqual({ tensors: 2, elements: 4, bytes: 20, external: 0 });
});

test("an encoder of ours: its metadata, its function, its rotations", () => {
  const { encodings } = inspectModel(exportEncoder(rope({ dim: 8, pairing: "interleaved" })));
  expect(encodings[0]).toMatchObject({ by: "metadata", encoder: { name: "rope" } });
  expect(encodings.filter(({ by }) => by === "function").length).toBeGreaterThan(0);
  expect(encodings.filter(({ by }) => by === "pattern")).toMatchObject([
    { form: "pairs", pairing: "interleaved", layout: "[batch, heads, length, dim]", rotaryDim: 8 },
    { form: "pairs", pairing: "interleaved", layout: "[batch, heads, length, dim]", rotaryDim: 8 },
  ]);
});

test("what PyTorch's exporter spells out, and the operators it becomes", () => {
  expect(inspectModel(gptj()).encodings).toEqual([
    {
      by: "pattern",
      form: "rotate_every_two",
      node: expect.stringMatching(/^\/Concat_/),
      pairing: "interleaved",
      layout: "[batch, length, heads, dim]",
      rotaryDim: 4,
      where: "graph",
    },
  ]);
  const { bytes } = rewriteRotary(gptj(), "com.microsoft");
  expect(inspectModel(bytes).encodings).toEqual([
    {
      by: "operator",
      domain: "com.microsoft",
      node: "posenc_RotaryEmbedding_1",
      pairing: "interleaved",
      heads: 3,
      rotaryDim: 4,
      where: "graph",
    },
  ]);
  expect(inspectModel(llamaTorchScript()).encodings.map(({ by }) => by)).toEqual(["pattern", "pattern"]);
});

test("what could not be made out is said", () => {
  const g = builder();
  const x = g.input("x", Type.FLOAT, "batch", 2, "length", 4);
  const [cos, sin] = ["cos", "sin"].map((name) => g.input(name, Type.FLOAT, "length", 4)) as [string, string];
  const cut = (from: number, to: number) =>
    g.node("Slice", [x, g.ints(from), g.ints(to), g.ints(3), g.ints(1)]);
  const turned = g.node("Concat", [g.node("Neg", [cut(2, 4)]), cut(0, 2)], { axis: -1 });
  g.output("y", g.node("Add", [g.node("Mul", [x, cos]), g.node("Mul", [turned, sin])]));
  expect(inspectModel(g.bytes()).encodings).toMatchObject([
    {
      by: "pattern",
      form: "rotate_half",
      why: expect.stringMatching(/"cos" is not known to be there twice/),
    },
  ]);
});

test("metadata that is no JSON", () => {
  const metadataProps = [{ key: "posenc.encoder", value: "{" }];
  expect(inspectModel(write(small({}, { metadataProps }))).encodings).toEqual([
    { by: "metadata", encoder: null },
  ]);
  expect(() => inspectModel(new Uint8Array(0))).toThrow(
    new RangeError("inspectModel: bytes must be from 1 to 2147483647, got 0"),
  );
});
