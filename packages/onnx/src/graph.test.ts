import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { expect, test } from "vitest";
import { type Edge, type Graph, graph } from "./graph.ts";

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
  const all = [
    first,
    builder.constant(Float32Array.of(1, -2), [1, 2]),
    builder.constant(Float32Array.of(0), [1]),
    builder.constant(Float32Array.of(-0), [1]),
    builder.constant(Int32Array.of(-1), []),
    builder.constant(Float64Array.of(1), []),
    builder.constant(Uint16Array.of(0x3c00), [1]),
  ];
  builder.constant(Float32Array.of(3), []); // nothing reads it
  all.forEach((edge, i) => {
    builder.output(`output_${i}`, edge);
  });
  const tensors = parse(builder).graph!.initializer;
  expect(tensors.map(({ dataType, dims, rawData }) => [dataType, dims, [...rawData]])).toEqual([
    [1, [2n], [0, 0, 128, 63, 0, 0, 0, 192]],
    [1, [1n, 2n], [0, 0, 128, 63, 0, 0, 0, 192]],
    [1, [1n], [0, 0, 0, 0]],
    [1, [1n], [0, 0, 0, 128]],
    [7, [], [255, 255, 255, 255, 255, 255, 255, 255]],
    [11, [], [0, 0, 0, 0, 0, 0, 240, 63]],
    [10, [1n], [0, 60]],
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
  builder.output("a", split[0]!);
  builder.output("b", split[1]!);
  expect(parse(builder).graph!.node.map(({ name, input, output }) => [name, input, output])).toEqual([
    ["Add_1", ["x", "x"], ["Add_1"]],
    ["Add_2", ["Add_1", "x"], ["Add_2"]],
    ["Split_1", ["Add_2"], ["a", "b"]],
  ]);
});

test("an output names what is computed; an input, or a second name, is copied", () => {
  const builder = graph();
  const x = builder.input("x", "float32", ["n"]);
  const root = builder.node("Sqrt", [x], float(1));
  builder.node("Neg", [root], float(1)); // no result depends on it
  builder.output("root", root, ["n"]);
  builder.output("again", root, ["n"]);
  builder.output("same", x);
  const { node, output } = parse(builder).graph!;
  expect(node.map(({ opType, input, output }) => [opType, ...input, ...output])).toEqual([
    ["Sqrt", "x", "root"],
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

test("what is built in a box is a function; what it takes from outside are its inputs", () => {
  const builder = graph();
  const x = builder.input("x", "float32", ["n"]);
  const y = builder.input("y", "float32", ["n"]);
  const square = (of: Edge) =>
    builder.box("Square of", () => {
      const two = builder.constant(Float32Array.of(2), []);
      builder.node("Neg", [of], float(1)); // no result depends on it
      return { whole: builder.node("Pow", [of, two], float(1)), same: of };
    });
  const [first, second] = [square(x), square(y)];
  expect(first.same).toBe(x);
  expect(square(x).whole).toEqual(first.whole);
  builder.output("sum", builder.node("Add", [first.whole, second.whole], float(1)));
  const { graph: body, functions, opsetImport } = parse(builder);
  expect(body!.node.map(({ domain, opType, input }) => [domain, opType, ...input])).toEqual([
    ["posenc", "Square_of", "x"],
    ["posenc", "Square_of", "y"],
    ["", "Add", "Square_of_1", "Square_of_2"],
  ]);
  expect(functions.map(({ domain, name, input, output }) => [domain, name, input, output])).toEqual([
    ["posenc", "Square_of", ["in_1"], ["Pow_1"]],
  ]);
  expect(functions[0]!.node.map(({ opType, input, output }) => [opType, ...input, "→", ...output])).toEqual([
    ["Constant", "→", "constant_1"],
    ["Pow", "in_1", "constant_1", "→", "Pow_1"],
  ]);
  expect(opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
    ["", 17n],
    ["posenc", 1n],
  ]);
});

test("boxes nest, and other bodies of one name get a number", () => {
  const builder = graph();
  const x = builder.input("x", "float32", ["n"]);
  const unary = (operator: string) => builder.box("Inner", () => builder.node(operator, [x], float(1)));
  const outer = builder.box("Outer", () => builder.node("Add", [unary("Sin"), unary("Cos")], float(1)));
  builder.box("Unused", () => builder.node("Tan", [x], float(1)));
  builder.output("y", outer);
  const { functions } = parse(builder);
  expect(functions.map(({ name, node }) => [name, ...node.map(({ opType }) => opType)])).toEqual([
    ["Inner", "Sin"],
    ["Inner_2", "Cos"],
    ["Outer", "Inner", "Inner_2", "Add"],
  ]);
});

test("inputs, outputs and lengths may have other names", () => {
  const builder = graph({ names: { x: "input", y: "Add_1" }, axes: { n: "tokens", m: 3 } });
  const x = builder.input("x", "float32", ["n", "m"]);
  builder.output("y", builder.node("Add", [x, x], float(2)), ["n", "m"]);
  const { input, output, node } = parse(builder).graph!;
  expect([input[0]!.name, output[0]!.name]).toEqual(["input", "Add_1"]);
  expect(node.map(({ input, output }) => [input, output])).toEqual([[["input", "input"], ["Add_1"]]]);
  const type = output[0]!.type!.value;
  if (type.case !== "tensorType") throw new Error("no tensor");
  expect(type.value.shape!.dim.map(({ value }) => value.value)).toEqual(["tokens", 3n]);
  const wrong = graph({ names: { z: "output" } });
  wrong.output("y", wrong.input("x", "float32", []));
  expect(() => wrong.toBytes()).toThrow(
    new RangeError('graph: unknown input or output "z" in names; it has x, y'),
  );
});

test("parameters may lie in a file of their own, which holds them once", () => {
  const builder = graph();
  const weight = Float32Array.of(1, 2, 3);
  const [a, b] = [builder.parameter("a", weight, [3]), builder.parameter("b", Float32Array.of(4), [1])];
  builder.output("y", builder.node("Add", [a, b], float(1)));
  const { model, data } = builder.toFiles("weights.bin");
  expect(data.map(({ length }) => length)).toEqual([12, 4084, 4]);
  expect(data[0]!.buffer).toBe(weight.buffer);
  const { initializer } = fromBinary(ModelProtoSchema, model).graph!;
  expect(
    initializer.map(({ dataLocation, externalData }) => [
      dataLocation,
      ...externalData.map(({ key, value }) => [key, value]),
    ]),
  ).toEqual([
    [1, ["location", "weights.bin"], ["offset", "0"], ["length", "12"]],
    [1, ["location", "weights.bin"], ["offset", "4096"], ["length", "4"]],
  ]);
});
