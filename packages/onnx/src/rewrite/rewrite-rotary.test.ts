import { fromBinary } from "@bufbuild/protobuf";
import { initialise, rope } from "@posenc/core";
import { transformer } from "@posenc/model";
import { ModelProtoSchema, TensorProto_DataType as Type } from "onnx-buf";
import { describe, expect, test } from "vitest";
import { exportEncoder } from "../export-encoder.ts";
import { exportModel } from "../export-model.ts";
import { write } from "../read/files.fixture.ts";
import { builder } from "./build.fixture.ts";
import { rewriteRotary } from "./rewrite-rotary.ts";
import { difference, feed, run } from "./run.fixture.ts";
import {
  chunks,
  gptj,
  llamaCached,
  llamaDynamo,
  llamaTorchScript,
  neoxPartial,
  pairsInColumns,
} from "./torch-graphs.fixture.ts";

type Shapes = (batch: number, length: number) => Record<string, number[]>;

const packed: Shapes = (b, n) => ({ position_ids: [b, n], q: [b, n, 32], k: [b, n, 16] });
const angles =
  (...x: number[]): Shapes =>
  (_, n) => ({ x: x.map((length) => (length < 0 ? n : length)), angles: [n, 4] });
const ownShapes: Shapes = (b, n) => ({
  q: [b, 3, n, 8],
  k: [b, 2, n, 8],
  positions: [b, n],
  key_positions: [1, n],
});
const own = (options: object) => exportEncoder(rope({ dim: 8, ...options }));

const BHLD = "[batch, heads, length, dim]";
const BLHD = "[batch, length, heads, dim]";

/** Name, file, its inputs, and what is to be found: form, pairing, layout, rotaryDim, how often. */
const files: [string, Uint8Array, Shapes, [string, string, string, number, number]][] = [
  ["Llama by TorchScript", llamaTorchScript(), packed, ["rotate_half", "halves", BHLD, 8, 2]],
  ["Llama by dynamo", llamaDynamo(), packed, ["rotate_half", "halves", BHLD, 8, 2]],
  [
    "a cached table",
    llamaCached(),
    (b, n) => ({ position_ids: [b, n], q: [b, 3, n, 8] }),
    ["rotate_half", "halves", BHLD, 8, 1],
  ],
  [
    "GPT-NeoX, partial",
    neoxPartial(),
    (b, n) => ({ position_ids: [b, n], q: [b, 3, n, 12] }),
    ["rotate_half", "halves", BHLD, 4, 1],
  ],
  [
    "GPT-NeoX, heads chosen at each run",
    neoxPartial({}, 4, "heads"),
    (b, n) => ({ position_ids: [b, n], q: [b, 3, n, 12] }),
    ["rotate_half", "halves", BHLD, 4, 1],
  ],
  [
    "GPT-J, partial",
    gptj(),
    (b, n) => ({ position_ids: [b, n], q: [b, n, 24] }),
    ["rotate_every_two", "interleaved", BLHD, 4, 1],
  ],
  [
    "GPT-J, whole heads",
    gptj({}, 8),
    (b, n) => ({ position_ids: [b, n], q: [b, n, 24] }),
    ["rotate_every_two", "interleaved", BLHD, 8, 1],
  ],
  [
    "columns of pairs",
    pairsInColumns(),
    (b, n) => ({ x: [b, n, 3, 8], angles: [n, 4] }),
    ["pairs", "interleaved", BLHD, 8, 1],
  ],
  [
    "columns of pairs by Split",
    pairsInColumns({}, "Split"),
    (b, n) => ({ x: [b, n, 3, 8], angles: [n, 4] }),
    ["pairs", "interleaved", BLHD, 8, 1],
  ],
  ["chunks", chunks(), (b, n) => ({ x: [b, 3, n, 8], angles: [n, 4] }), ["pairs", "halves", BHLD, 8, 1]],
  [
    "chunks, turned back",
    chunks({}, { inverse: true }),
    (b, n) => ({ x: [b, 3, n, 8], angles: [n, 4] }),
    ["pairs", "halves", BHLD, 8, 1],
  ],
  [
    "chunks without heads",
    chunks({}, { rank: 3 }),
    angles(3, -1, 8),
    ["pairs", "halves", "[batch, length, dim]", 8, 1],
  ],
  ["ours", own({}), ownShapes, ["pairs", "halves", BHLD, 8, 2]],
  ["ours, interleaved", own({ pairing: "interleaved" }), ownShapes, ["pairs", "interleaved", BHLD, 8, 2]],
  ["ours, partial", own({ rotaryDim: 4 }), ownShapes, ["pairs", "halves", BHLD, 4, 2]],
  [
    "ours, interleaved and partial",
    own({ pairing: "interleaved", rotaryDim: 4 }),
    ownShapes,
    ["pairs", "interleaved", BHLD, 4, 2],
  ],
];

const operators = (bytes: Uint8Array) =>
  fromBinary(ModelProtoSchema, bytes).graph!.node.map(({ domain, opType }) => `${domain}:${opType}`);
const count = (bytes: Uint8Array, operator: string) =>
  operators(bytes).filter((each) => each === operator).length;
const nodeNames = (bytes: Uint8Array) =>
  fromBinary(ModelProtoSchema, bytes).graph!.node.map(({ name }) => name);
const opsets = (bytes: Uint8Array) =>
  Object.fromEntries(
    fromBinary(ModelProtoSchema, bytes).opsetImport.map(({ domain, version }) => [domain, Number(version)]),
  );

describe.each(["ai.onnx", "com.microsoft"] as const)("to %s", (target) => {
  const operator = target === "ai.onnx" ? ":RotaryEmbedding" : "com.microsoft:RotaryEmbedding";
  const otherTarget = target === "ai.onnx" ? "com.microsoft" : "ai.onnx";

  test.each(files)("%s", async (_, bytes, shapes, [form, pairing, layout, rotaryDim, times]) => {
    const { bytes: fused, rewritten, left } = rewriteRotary(bytes, target);
    expect(left).toEqual([]);
    const found = rewritten.map((each) => [each.form, each.pairing, each.layout, each.rotaryDim, each.where]);
    expect(found).toEqual(new Array(times).fill([form, pairing, layout, rotaryDim, "graph"]));
    expect(count(fused, operator)).toBe(times);
    const gone = rewritten.flatMap(({ nodes }) => nodes);
    expect(nodeNames(fused).filter((name) => gone.includes(name))).toEqual([]);
    expect(opsets(fused)[target === "ai.onnx" ? "" : target]).toBe(target === "ai.onnx" ? 23 : 1);

    const back = rewriteRotary(fused, "primitives");
    expect(back.left).toEqual([]);
    expect(back.rewritten.map((each) => each.form)).toEqual(new Array(times).fill(target));
    expect(count(back.bytes, operator)).toBe(0);

    const other = rewriteRotary(fused, otherTarget);
    expect(other.left).toEqual([]);
    expect(count(other.bytes, operator)).toBe(0);
    expect(other.rewritten.map((each) => [each.form, each.pairing])).toEqual(
      new Array(times).fill([target, pairing]),
    );
    for (const [batch, length] of [
      [1, 1],
      [2, 7],
      [3, 12],
    ] as const) {
      const inputs = feed(shapes(batch, length));
      for (const after of [fused, back.bytes, other.bytes])
        expect(await difference(bytes, after, inputs)).toBeLessThan(1e-6);
    }
  });

  test("a whole model", async () => {
    const encoder = rope({ dim: 4, pairing: "interleaved" });
    const model = transformer({ vocabulary: 10, outputs: 4, dim: 8, heads: 2, blocks: 2, encoder });
    const bytes = exportModel(model, initialise(model.parameters, 1));
    const { bytes: fused, rewritten, left } = rewriteRotary(bytes, target);
    expect([rewritten.length, left]).toEqual([4, []]);
    const inputs = feed({ positions: [2, 9], tokens: [2, 9] }, 3);
    expect(await difference(bytes, fused, inputs)).toBeLessThan(1e-6);
  });
});

test("ids of one row for all, and the place where they begin", async () => {
  const g = builder({ opset: 17, domains: { "com.microsoft": 1 } });
  const x = g.input("x", Type.FLOAT, "batch", "length", 6);
  const start = g.input("positions", Type.INT64, 1);
  const cache = (f: (x: number) => number) =>
    g.floats(
      Array.from({ length: 60 }, (_, i) => f(0.3 * i)),
      [60, 1],
    );
  const inputs = [x, start, cache(Math.cos), cache(Math.sin)];
  g.output("y", g.node("com.microsoft:RotaryEmbedding", inputs, { num_heads: 3, interleaved: 1 }), 3);
  const { bytes, rewritten } = rewriteRotary(g.bytes(), "primitives");
  expect(rewritten.map(({ form, layout }) => [form, layout])).toEqual([["com.microsoft", BLHD]]);
  const inputsOf = feed({ x: [2, 5, 6], positions: [1] });
  expect(await difference(g.bytes(), bytes, inputsOf)).toBeLessThan(1e-6);
});

test("the values of a rotation are those of its definition", async () => {
  const { bytes } = rewriteRotary(chunks({ heads: 1, dim: 2 }), "com.microsoft");
  const inputs = feed({ x: [1, 1, 3, 2], angles: [3, 1] });
  const [x, angle] = [inputs.x!.data, inputs.angles!.data] as [Float32Array, Float32Array];
  const { y } = await run(bytes, inputs);
  const expected = [0, 1, 2].flatMap((p) => {
    const [a, b] = [x[2 * p]!, x[2 * p + 1]!];
    const [c, s] = [Math.cos(angle[p]!), Math.sin(angle[p]!)];
    return [a * c - b * s, b * c + a * s];
  });
  for (const [i, value] of (y!.data as Float32Array).entries()) expect(value).toBeCloseTo(expected[i]!, 6);
});

test("an older file keeps its meaning at opset 23", async () => {
  const g = builder({ opset: 17 });
  const x = g.input("x", Type.FLOAT, "batch", 2, "length", 4);
  const w = g.input("angles", Type.FLOAT, "length", 2);
  const mean = g.node("ReduceMean", [x], { axes: [-1], keepdims: 1 });
  const centred = g.node("Sub", [x, mean]);
  const [a, b] = g.nodes("Split", [centred], 2, { axis: -1 }) as [string, string];
  const [cos, sin] = [g.node("Cos", [w]), g.node("Sin", [w])];
  const mul = (x: string, y: string) => g.node("Mul", [x, y]);
  const parts = [g.node("Sub", [mul(a, cos), mul(b, sin)]), g.node("Add", [mul(b, cos), mul(a, sin)])];
  g.output("y", g.node("Concat", parts, { axis: -1 }));
  g.output("rest", g.nodes("Split", [x], 2, { axis: -1 })[1]!);
  const { bytes, left } = rewriteRotary(g.bytes(), "ai.onnx");
  expect([left, opsets(bytes)]).toEqual([[], { "": 23 }]);
  expect(await difference(g.bytes(), bytes, feed({ x: [2, 2, 5, 4], angles: [5, 2] }))).toBeLessThan(1e-6);
});

test("a branch of an If", async () => {
  const inner = fromBinary(ModelProtoSchema, chunks()).graph!;
  const { input, output, node, initializer } = inner;
  const same = [{ opType: "Identity", input: ["x"], output: ["same"] }];
  const bytes = write({
    irVersion: 8n,
    opsetImport: [{ domain: "", version: 18n }],
    graph: {
      name: "outer",
      input: [
        ...input,
        { name: "turn", type: { value: { case: "tensorType", value: { elemType: Type.BOOL, shape: {} } } } },
      ],
      node: [
        {
          name: "choose",
          opType: "If",
          input: ["turn"],
          output: ["result"],
          attribute: [
            { name: "then_branch", type: 5, g: { name: "then", node, initializer, output } },
            {
              name: "else_branch",
              type: 5,
              g: { name: "else", node: same, output: [{ ...output[0]!, name: "same" }] },
            },
          ],
        },
      ],
      output: [{ ...output[0]!, name: "result" }],
    },
  });
  for (const target of ["com.microsoft", "ai.onnx"] as const) {
    const { bytes: fused, rewritten, left } = rewriteRotary(bytes, target);
    expect(left).toEqual([]);
    expect(rewritten.map(({ where }) => where)).toEqual(["graph/choose.then_branch"]);
    const inputs = feed({ x: [2, 3, 5, 8], angles: [5, 4] });
    const { Tensor } = await import("onnxruntime-node");
    for (const turn of [true, false])
      expect(
        await difference(bytes, fused, { ...inputs, turn: new Tensor("bool", [turn], []) }),
      ).toBeLessThan(1e-6);
  }
});

test("bad targets and bad files", () => {
  expect(() => rewriteRotary(chunks(), "onnx" as never)).toThrow(
    new RangeError('rewriteRotary: target must be "ai.onnx" or "com.microsoft" or "primitives", got "onnx"'),
  );
  expect(() => rewriteRotary(chunks().subarray(1), "ai.onnx")).toThrow(/^rewriteRotary: /);
});
