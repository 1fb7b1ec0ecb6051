import { toBinary } from "@bufbuild/protobuf";
import { type AttributeProto, ModelProtoSchema, TensorProto_DataType as Type } from "onnx-buf";
import { describe, expect, test } from "vitest";
import { type ModelParts, small, tensorType, write } from "./files.fixture.ts";
import { readModel } from "./read-model.ts";

const tensor = (dims: number[], rest = {}) => ({
  name: "w",
  dims: dims.map(BigInt),
  dataType: Type.FLOAT,
  ...rest,
});
const node = (input: string[], output: string[], rest = {}) => ({
  name: "n",
  opType: "Neg",
  input,
  output,
  ...rest,
});

function nested(levels: number): ModelParts["graph"] {
  const inner = { name: "inner", output: [{ name: "x" }], ...(levels > 1 ? nested(levels - 1) : {}) };
  return {
    node: [
      node([], [`y${levels}`], { opType: "If", attribute: [{ name: "then_branch", type: 5, g: inner }] }),
    ],
    output: [{ name: `y${levels}`, type: tensorType(Type.FLOAT) }],
  };
}

const opset = [{ domain: "", version: 17n }];
const custom = [...opset, { domain: "local", version: 1n }];
const call = (name: string) => ({
  domain: "local",
  name,
  input: ["a"],
  output: ["b"],
  opsetImport: custom,
});

describe("a file that is not as it says", () => {
  test.each<[string, ModelParts, RegExp]>([
    ["no IR version", small({}, { irVersion: 0n }), /ir_version must be from 3 to 13, got 0$/],
    ["an IR version to come", small({}, { irVersion: 14n }), /ir_version must be from 3 to 13, got 14$/],
    ["no opset", small({}, { opsetImport: [] }), /opset_import must name an operator set, got none$/],
    [
      "an opset twice",
      small({}, { opsetImport: [...opset, { domain: "ai.onnx", version: 18n }] }),
      /opset_import must name each domain once, got "ai.onnx" again$/,
    ],
    [
      "an opset below 1",
      small({}, { opsetImport: [{ domain: "", version: -1n }] }),
      /opset_import of "" must be from 1 to 2147483647, got -1$/,
    ],
    [
      "no default domain",
      small({}, { opsetImport: [{ domain: "other", version: 1n }] }),
      /graph, node 0 \(Neg "negate"\) must be of a domain in opset_import, got ""$/,
    ],
    [
      "a missing edge",
      small({ node: [node(["z"], ["y"])] }),
      /node 0 \(Neg "n"\) must take edges that are there, got "z", which nothing makes$/,
    ],
    [
      "a cycle",
      small({ node: [node(["b"], ["y"]), node(["y"], ["b"])] }),
      /got "b", which is made at this node or later: the graph has a cycle or is not in order$/,
    ],
    ["a node that takes what it makes", small({ node: [node(["y"], ["y"])] }), /the graph has a cycle/],
    [
      "an edge made twice",
      small({ node: [node(["x"], ["y"]), node(["x"], ["y"])] }),
      /node 1 \(Neg "n"\) must have each edge made once, got output "y" again$/,
    ],
    [
      "an output that nothing makes",
      small({ node: [] }),
      /graph, output "y" must be made by a node, nothing makes it$/,
    ],
    ["no operator", small({ node: [node(["x"], ["y"], { opType: "" })] }), /must have an operator$/],
    [
      "too few bytes",
      small({ initializer: [tensor([2, 3], { rawData: new Uint8Array(20) })] }),
      /initializer "w" of type FLOAT and lengths \[2, 3\] must have 24 bytes of rawData, got 20$/,
    ],
    [
      "too few numbers",
      small({ initializer: [tensor([3], { floatData: [1, 2] })] }),
      /must have 3 entries of floatData, got 2$/,
    ],
    [
      "numbers of another type",
      small({ initializer: [tensor([1], { int64Data: [1n] })] }),
      /of type FLOAT must have its data in floatData, got int64Data$/,
    ],
    [
      "data twice",
      small({ initializer: [tensor([1], { rawData: new Uint8Array(4), floatData: [1] })] }),
      /must have its data in one field, got rawData and floatData$/,
    ],
    [
      "a negative length",
      small({ initializer: [tensor([-1], { rawData: new Uint8Array(4) })] }),
      /must have lengths of at least 0, got -1$/,
    ],
    [
      "lengths that overflow",
      small({ initializer: [tensor([2 ** 40, 2 ** 40], { rawData: new Uint8Array(4) })] }),
      /must have fewer than 2\^53 elements/,
    ],
    [
      "lengths whose product overflows to 0 in 64 bits",
      small({ initializer: [{ ...tensor([]), dims: [2n ** 32n, 2n ** 32n] }] }),
      /must have fewer than 2\^53 elements/,
    ],
    [
      "a type that is not known",
      small({ initializer: [tensor([1], { dataType: 99 })] }),
      /must have a known data type, got 99$/,
    ],
    [
      "external data without a file",
      small({ initializer: [tensor([1], { dataLocation: 1 })] }),
      /must name the file that holds its data \(location\)$/,
    ],
    [
      "a function that calls itself",
      small(
        {},
        {
          opsetImport: custom,
          functions: [
            { ...call("f"), node: [node(["a"], ["b"], { domain: "local", opType: "g" })] },
            { ...call("g"), node: [node(["a"], ["b"], { domain: "local", opType: "f" })] },
          ],
        },
      ),
      /functions must not call themselves, got "f"$/,
    ],
    [
      "a function twice",
      small(
        {},
        { functions: [call("f"), call("f")].map((each) => ({ ...each, node: [node(["a"], ["b"])] })) },
      ),
      /functions must have different names, got "f" again$/,
    ],
    [
      "an attribute without its value",
      small({ node: [node(["x"], ["y"], { attribute: [{ name: "value", type: 4 } as AttributeProto] })] }),
      /attribute "value" of type TENSOR must have a value$/,
    ],
    ["graphs within graphs", small(nested(17)), /must be at most 16 graphs deep$/],
  ])("%s", (_, parts, message) => {
    const bytes = write(parts);
    expect(() => readModel(bytes)).toThrow(RangeError);
    expect(() => readModel(bytes)).toThrow(message);
    expect(() => readModel(bytes)).toThrow(/^readModel: /);
  });
});

describe("what is allowed is read", () => {
  test.each<[string, ModelParts]>([
    [
      "an unknown domain",
      small({ node: [node(["x"], ["y"], { domain: "local", opType: "Odd" })] }, { opsetImport: custom }),
    ],
    ["graphs within graphs", small(nested(15))],
    ["no elements", small({ initializer: [tensor([0, 5])] })],
    ["an input left out", small({ node: [node(["", "x"], ["y", ""])] })],
    [
      "external data",
      small({
        initializer: [tensor([9], { dataLocation: 1, externalData: [{ key: "location", value: "w" }] })],
      }),
    ],
    [
      "half a byte each",
      small({ initializer: [tensor([3], { dataType: Type.INT4, rawData: new Uint8Array(2) })] }),
    ],
    [
      "an initializer for an input",
      small({ initializer: [{ ...tensor([1], { floatData: [1] }), name: "x" }] }),
    ],
  ])("%s", (_, parts) => {
    const bytes = write(parts);
    expect(toBinary(ModelProtoSchema, readModel(bytes))).toEqual(bytes);
  });

  test("raw data is not copied", () => {
    const bytes = write(small({ initializer: [tensor([2], { rawData: new Uint8Array(8) })] }));
    expect(readModel(bytes).graph!.initializer[0]!.rawData.buffer).toBe(bytes.buffer);
  });
});

describe("bytes that are no model", () => {
  const varint = (value: bigint) => {
    const digits: number[] = [];
    for (let rest = value; digits.length === 0 || rest > 0n; rest >>= 7n)
      digits.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    return digits;
  };
  /** A message of one field, `levels` of it within each other. */
  function deep(levels: number): Uint8Array {
    let bytes: number[] = [];
    // graph (7) → node (1) → attribute (5) → g (6) → node …
    for (let i = 0; i < levels; i++)
      bytes = [8 * [6, 5, 1][i % 3]! + 2, ...varint(BigInt(bytes.length)), ...bytes];
    return Uint8Array.from([58, ...varint(BigInt(bytes.length)), ...bytes]);
  }

  test.each<[string, unknown, RegExp]>([
    ["text", "x", /bytes must be a Uint8Array, got "x"$/],
    ["nothing", new Uint8Array(0), /bytes must be from 1 to 2147483647, got 0$/],
    [
      "a length beyond the file",
      Uint8Array.of(58, 5, 0),
      /graph, at byte 2, must end with its message, after at most 1 bytes, got 5$/,
    ],
    [
      "a length of 2^63",
      Uint8Array.from([58, ...varint(2n ** 63n)]),
      /graph, at byte 11, must end with its message/,
    ],
    ["a number that does not end", new Uint8Array(12).fill(255), /must have numbers of at most 10 bytes$/],
    [
      "a number that is cut off",
      Uint8Array.of(8, 128),
      /ir_version, at byte 2, must end with its message, got a number that is cut off$/,
    ],
    ["another type", Uint8Array.of(56, 1), /graph, at byte 1, must have wire type 2, got 0$/],
    ["a group", Uint8Array.of(11 * 8 + 3), /at byte 1, must have wire type 0, 1, 2 or 5, got 3$/],
    ["field 0", Uint8Array.of(2, 0), /must have field numbers from 1 to 536870911, got 0$/],
    ["messages within messages", deep(300), /must be at most 80 levels deep$/],
  ])("%s", (_, bytes, message) => {
    expect(() => readModel(bytes as Uint8Array)).toThrow(message);
  });

  test("limits", () => {
    const bytes = write(small());
    expect(() => readModel(bytes, { maxBytes: 10 })).toThrow(
      new RangeError(`readModel: bytes must be from 1 to 10, got ${bytes.length}`),
    );
    expect(() => readModel(bytes, { maxMessages: 3 })).toThrow(/must have at most 3 messages$/);
    expect(() => readModel(bytes, { maxBytes: 0 })).toThrow("readModel: maxBytes must be at least 1, got 0");
    expect(() => readModel(bytes, { limit: 1 } as never)).toThrow(/unknown option "limit"/);
    const floats = write(small({ initializer: [tensor([9], { floatData: new Array<number>(9).fill(1) })] }));
    expect(() => readModel(floats, { maxNumbers: 9 })).toThrow(
      /must have at most 9 numbers outside raw data$/,
    );
  });

  test("two million empty messages are refused before they are made", () => {
    const bytes = new Uint8Array(4_000_000);
    for (let i = 0; i < bytes.length; i += 2) bytes[i] = 8 * 8 + 2;
    expect(() => readModel(bytes)).toThrow(/must have at most 1048576 messages$/);
  });
});
