import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { expect, test } from "vitest";
import { type Graph, graph } from "./graph.ts";

const parse = (builder: Graph) => fromBinary(ModelProtoSchema, builder.toBytes());
const float = (rank: number) => ({ type: "float32", rank }) as const;

test("the file says who made it and which ONNX it needs", () => {
  const builder = graph({ name: "nothing", metadata: { "posenc.encoder": "{}" } });
  const model = parse(builder);
  expect(model.irVersion).toBe(8n);
  expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([["", 17n]]);
  expect(model.producerName).toBe("posenc");
  expect(model.graph!.name).toBe("nothing");
  expect(model.metadataProps.map(({ key, value }) => [key, value])).toEqual([["posenc.encoder", "{}"]]);
});

test("inputs have named and fixed lengths, and int32 is int64", () => {
  const builder = graph();
  builder.input("positions", "int32", ["batch", 8]);
  const type = parse(builder).graph!.input[0]!.type!.value;
  if (type.case !== "tensorType") throw new Error("no tensor");
  expect(type.value.elemType).toBe(7);
  expect(type.value.shape!.dim.map(({ value }) => value)).toEqual([
    { case: "dimParam", value: "batch" },
    { case: "dimValue", value: 8n },
  ]);
});

test("constants are little-endian, and equal ones are stored once", () => {
  const builder = graph();
  const first = builder.constant(Float32Array.of(1, -2), [2]);
  expect(builder.constant(Float32Array.of(1, -2), [2])).toBe(first);
  expect(builder.constant(Float32Array.of(1, -2), [1, 2])).not.toBe(first);
  expect(builder.constant(Float32Array.of(0), [1])).not.toBe(builder.constant(Float32Array.of(-0), [1]));
  builder.constant(Int32Array.of(-1), []);
  builder.constant(Float64Array.of(1), []);
  const tensors = parse(builder).graph!.initializer;
  expect(tensors.map(({ dataType, dims, rawData }) => [dataType, dims, [...rawData]])).toEqual([
    [1, [2n], [0, 0, 128, 63, 0, 0, 0, 192]],
    [1, [1n, 2n], [0, 0, 128, 63, 0, 0, 0, 192]],
    [1, [1n], [0, 0, 0, 0]],
    [1, [1n], [0, 0, 0, 128]],
    [7, [], [255, 255, 255, 255, 255, 255, 255, 255]],
    [11, [], [0, 0, 0, 0, 0, 0, 240, 63]],
  ]);
});

test("parameters keep their names, even where they are equal", () => {
  const builder = graph();
  builder.parameter("gain", Float32Array.of(1), [1]);
  builder.parameter("scale", Float32Array.of(1), [1]);
  expect(parse(builder).graph!.initializer.map(({ name }) => name)).toEqual(["gain", "scale"]);
  expect(() => builder.parameter("gain", Float32Array.of(1), [1])).toThrow(
    new RangeError('graph: name must be new, got "gain" again'),
  );
});

test("the same node is there once, and names are operators and numbers", () => {
  const builder = graph();
  const x = builder.input("x", "float32", ["n"]);
  const twice = builder.node("Add", [x, x], float(1));
  expect(builder.node("Add", [x, x], float(1))).toBe(twice);
  const sum = builder.node("Add", [twice, x], float(1));
  const split = builder.nodes("Split", [sum], [float(1), float(1)], { axis: { int: 0 } });
  expect([twice, sum, ...split].map(({ name }) => name)).toEqual([
    "Add_1",
    "Add_2",
    "Split_1.0",
    "Split_1.1",
  ]);
  expect(parse(builder).graph!.node.map(({ name, input, output }) => [name, input, output])).toEqual([
    ["Add_1", ["x", "x"], ["Add_1"]],
    ["Add_2", ["Add_1", "x"], ["Add_2"]],
    ["Split_1", ["Add_2"], ["Split_1.0", "Split_1.1"]],
  ]);
});

test("an output names what is computed; an input, or a second name, is copied", () => {
  const builder = graph();
  const x = builder.input("x", "float32", ["n"]);
  const root = builder.node("Sqrt", [x], float(1));
  builder.node("Neg", [root], float(1));
  builder.output("root", root, ["n"]);
  builder.output("again", root, ["n"]);
  builder.output("same", x);
  const { node, output } = parse(builder).graph!;
  expect(node.map(({ opType, input, output }) => [opType, ...input, ...output])).toEqual([
    ["Sqrt", "x", "root"],
    ["Neg", "root", "Neg_1"],
    ["Identity", "root", "again"],
    ["Identity", "x", "same"],
  ]);
  expect(output.map(({ name }) => name)).toEqual(["root", "again", "same"]);
});

test("sizes are known of constants, parameters and inputs only", () => {
  const builder = graph();
  const x = builder.input("x", "float32", ["n", 4]);
  expect(builder.shapeOf(x)).toEqual([undefined, 4]);
  expect(builder.shapeOf(builder.constant(Float32Array.of(1, 2), [2, 1]))).toEqual([2, 1]);
  expect(builder.shapeOf(builder.node("Neg", [x], float(2)))).toEqual([undefined, undefined]);
});
