import { TensorProto_DataType as Type } from "onnx-buf";
import { expect, test } from "vitest";
import type { RotaryTarget } from "../fused-rotary.ts";
import { type Builder, builder } from "./build.fixture.ts";
import { rewriteRotary } from "./rewrite-rotary.ts";

const END = Number.MAX_SAFE_INTEGER;

function turned(g: Builder, x: string, half: number): string {
  const cut = (from: number, to: number) =>
    g.node("Slice", [x, g.ints(from), g.ints(to), g.ints(3), g.ints(1)]);
  return g.node("Concat", [g.node("Neg", [cut(half, END)]), cut(0, half)], { axis: -1 });
}

const sum = (g: Builder, x: string, r: string, cos: string, sin: string) =>
  g.node("Add", [g.node("Mul", [x, cos]), g.node("Mul", [r, sin])]);

/** x·cos + rotate_half(x)·sin with cosines and sines as `make` gives them. */
function file(make: (g: Builder) => [string, string], opset = 17, type = Type.FLOAT): Uint8Array {
  const g = builder({ opset });
  const x = g.input("x", type, "batch", 2, "length", 4);
  const [cos, sin] = make(g);
  g.output("y", sum(g, x, turned(g, x, 2), cos, sin));
  return g.bytes();
}

const doubled =
  (type = Type.FLOAT) =>
  (g: Builder): [string, string] => {
    const w = g.input("w", type, "length", 2);
    const both = g.node("Concat", [w, w], { axis: -1 });
    return [g.node("Cos", [both]), g.node("Sin", [both])];
  };

function expectLeft(bytes: Uint8Array, why: RegExp, target: RotaryTarget = "com.microsoft"): void {
  const result = rewriteRotary(bytes, target);
  expect(result.rewritten).toEqual([]);
  expect(result.bytes).toBe(bytes);
  expect(result.left.map((each) => each.why).join("\n")).toMatch(why);
  for (const { place } of result.left) expect(place).toMatch(/^graph, \w+ "/);
}

test("what these tests begin with is rewritten", () => {
  expect(rewriteRotary(file(doubled()), "com.microsoft").rewritten).toHaveLength(1);
});

test("an intermediate result that is used elsewhere", () => {
  const g = builder();
  const x = g.input("x", Type.FLOAT, "batch", 2, "length", 4);
  const [cos, sin] = doubled()(g);
  const r = turned(g, x, 2);
  g.output("y", sum(g, x, r, cos, sin));
  g.output("turned", r);
  expectLeft(g.bytes(), /"\/Concat_\d+_output_0", which it computes on the way, is used elsewhere/);
});

test("cosines that are not known to be there twice", () => {
  const inputs = (g: Builder): [string, string] => [
    g.input("cos", Type.FLOAT, "batch", 1, "length", 4),
    g.input("sin", Type.FLOAT, "batch", 1, "length", 4),
  ];
  expectLeft(file(inputs), /"cos" is not known to be there twice: it is an input/);
  const constants = (g: Builder): [string, string] => {
    const same = g.floats([1, 2, 1, 2], [1, 4]);
    return [same, g.floats([1, 2, 1, 3], [1, 4])];
  };
  expectLeft(file(constants), /is not known to be there twice: it differs in row 0/);
  const others = (g: Builder): [string, string] => {
    const [a, b] = [g.input("a", Type.FLOAT, "length", 2), g.input("b", Type.FLOAT, "length", 2)];
    const both = g.node("Concat", [a, b], { axis: -1 });
    return [g.node("Cos", [both]), g.node("Sin", [both])];
  };
  expectLeft(file(others), /what Concat puts together is not the same twice/);
  const unfollowed = (g: Builder): [string, string] => {
    const both = g.node("Softmax", [g.input("w", Type.FLOAT, "length", 4)], { axis: -1 });
    return [both, both];
  };
  expectLeft(file(unfollowed), /Softmax is not followed/);
});

test("cosines of each head", () => {
  const make = (g: Builder): [string, string] => {
    const w = g.input("w", Type.FLOAT, 2, "length", 2);
    const both = g.node("Concat", [w, w], { axis: -1 });
    return [g.node("Cos", [both]), g.node("Sin", [both])];
  };
  expectLeft(file(make), /cosines and sines may differ from head to head/);
});

test("pairs read in one way and written in another", () => {
  const g = builder();
  const x = g.input("x", Type.FLOAT, "batch", 2, "length", 4);
  const [cos, sin] = doubled()(g);
  const every = (start: number) => g.node("Slice", [x, g.ints(start), g.ints(END), g.ints(3), g.ints(2)]);
  const r = g.node("Concat", [g.node("Neg", [every(1)]), every(0)], { axis: -1 });
  g.output("y", sum(g, x, r, cos, sin));
  expectLeft(g.bytes(), /it reads its pairs as interleaved and writes them as halves/);
});

test("two tensors", () => {
  const g = builder();
  const x = g.input("x", Type.FLOAT, "batch", 2, "length", 4);
  const other = g.input("other", Type.FLOAT, "batch", 2, "length", 4);
  const [cos, sin] = doubled()(g);
  g.output("y", sum(g, other, turned(g, x, 2), cos, sin));
  expectLeft(g.bytes(), /are not the same tensor/);
});

test("types and axes that the operator does not take", () => {
  expectLeft(file(doubled(Type.DOUBLE), 17, Type.DOUBLE), /RotaryEmbedding does not take DOUBLE/);
  const g = builder();
  const x = g.input("x", Type.FLOAT, 2, "batch", 2, "length", 4);
  const [cos, sin] = doubled()(g);
  const half = (from: number, to: number) =>
    g.node("Slice", [x, g.ints(from), g.ints(to), g.ints(4), g.ints(1)]);
  const r = g.node("Concat", [g.node("Neg", [half(2, END)]), half(0, 2)], { axis: -1 });
  g.output("y", sum(g, x, r, cos, sin));
  expectLeft(g.bytes(), /must have 3 or 4 axes, it has 5/);
});

test("opsets that cannot be raised", () => {
  const with_ =
    (operator: string, attributes = {}) =>
    (g: Builder): [string, string] => {
      const grid = g.input("grid", Type.FLOAT, 1, 3, 3, 2);
      g.output("sampled", g.node(operator, [g.input("image", Type.FLOAT, 1, 1, 3, 3), grid], attributes));
      return doubled()(g);
    };
  const sampled = file(with_("GridSample"), 17);
  expectLeft(sampled, /its opset is 17, and GridSample is not known to mean the same at 23/, "ai.onnx");
  expect(rewriteRotary(sampled, "com.microsoft").rewritten).toHaveLength(1);
  const old = file(doubled(), 12);
  expectLeft(old, /its opset is 12, and only files from 13 on are raised to 23/, "ai.onnx");
  expect(rewriteRotary(old, "com.microsoft").rewritten).toHaveLength(1);
  expectLeft(file(doubled(), 10), /its opset is 10, and only files from 11 on are rewritten/);
});

test("fused operators that have no body in primitives here", () => {
  const fused = (attributes: Record<string, number | { float: number }>) => {
    const g = builder({ domains: { "com.microsoft": 1 } });
    const x = g.input("x", Type.FLOAT, "batch", "length", 8);
    const ids = g.input("ids", Type.INT64, "batch", "length");
    const caches = ["cos", "sin"].map((name) => g.input(name, Type.FLOAT, 9, "half"));
    g.output("y", g.node("com.microsoft:RotaryEmbedding", [x, ids, ...caches], attributes));
    return g.bytes();
  };
  expect(rewriteRotary(fused({ num_heads: 2 }), "primitives").rewritten).toHaveLength(1);
  expectLeft(fused({ num_heads: 2, scale: { float: 2 } }), /its scale is 2/, "primitives");
  expectLeft(fused({ num_heads: 2, is_packed_batching: 1 }), /its batch is packed/, "primitives");
  expectLeft(fused({}), /its number of heads is not known/, "primitives");
});

test("a graph without rotations stays as it is", () => {
  const g = builder();
  const x = g.input("x", Type.FLOAT, "batch", 2, "length", 4);
  g.output("y", g.node("Add", [g.node("Mul", [x, x]), g.node("Mul", [x, x])]));
  const bytes = g.bytes();
  for (const target of ["ai.onnx", "com.microsoft", "primitives"] as const)
    expect(rewriteRotary(bytes, target)).toEqual({ bytes, rewritten: [], left: [] });
});
