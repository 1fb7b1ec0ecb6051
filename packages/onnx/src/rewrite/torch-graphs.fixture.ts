/** Rotary embeddings as PyTorch's exporters write them. */
import { TensorProto_DataType as Type } from "onnx-buf";
import { type Builder, builder } from "./build.fixture.ts";

const END = Number.MAX_SAFE_INTEGER;
const frequencies = (half: number) => Array.from({ length: half }, (_, i) => 100 ** (-i / half));

/** x.shape[axis] as TorchScript traces it. */
const lengthOf = (g: Builder, x: string, axis: number) =>
  g.node("Gather", [g.node("Shape", [x]), g.int(axis)], { axis: 0 });
const row = (g: Builder, length: string) => g.node("Unsqueeze", [length, g.ints(0)]);

/** x.view(batch, length, heads, dim) */
function view(g: Builder, x: string, heads: number, dim: number): string {
  const parts = [row(g, lengthOf(g, x, 0)), row(g, lengthOf(g, x, 1)), g.ints(heads), g.ints(dim)];
  return g.node("Reshape", [x, g.node("Concat", parts, { axis: 0 })], { allowzero: 0 });
}

const transposed = (g: Builder, x: string) => g.node("Transpose", [x], { perm: [0, 2, 1, 3] });

function slice(g: Builder, x: string, start: string, end: string, axis: number, step = 1): string {
  return g.node("Slice", [x, start, end, g.ints(axis), g.ints(step)]);
}

/** rotate_half of transformers, by TorchScript: x.shape[-1] // 2 stays in the graph. */
function rotateHalf(g: Builder, x: string): string {
  const half = () => {
    const quotient = g.node("Div", [lengthOf(g, x, 3), g.int(2)]);
    return row(g, g.node("Cast", [g.node("Cast", [quotient], { to: Type.INT64 })], { to: Type.INT64 }));
  };
  const x1 = slice(g, x, g.ints(0), half(), 3);
  const x2 = slice(g, x, half(), g.ints(END), 3);
  return g.node("Concat", [g.node("Neg", [x2]), x1], { axis: -1 });
}

const applied = (g: Builder, x: string, turned: string, cos: string, sin: string) =>
  g.node("Add", [g.node("Mul", [x, cos]), g.node("Mul", [turned, sin])]);

/** LlamaRotaryEmbedding.forward by TorchScript, with the shape dance of expand. */
function llamaCosSin(g: Builder, ids: string, half: number): [cos: string, sin: string] {
  const inverse = g.floats(frequencies(half), [1, half, 1]);
  const target = g.node("Concat", [row(g, lengthOf(g, ids, 0)), g.ints(-1), g.ints(1)], { axis: 0 });
  const ones = g.node("ConstantOfShape", [g.ints(3)], {
    value: {
      tensor: { dataType: Type.INT64, dims: [1n], rawData: new Uint8Array(BigInt64Array.of(1n).buffer) },
    },
  });
  const open = g.node("Equal", [target, g.node("Mul", [ones, g.int(-1)])]);
  const expanded = g.node("Expand", [inverse, g.node("Where", [open, ones, target])]);
  const positions = g.node("Cast", [g.node("Unsqueeze", [ids, g.ints(1)])], { to: Type.FLOAT });
  const freqs = g.node("Transpose", [g.node("MatMul", [expanded, positions])], { perm: [0, 2, 1] });
  const emb = g.node("Concat", [freqs, freqs], { axis: -1 });
  const scaled = (x: string) =>
    g.node("Cast", [g.node("Mul", [x, g.floats([1.25], [])])], { to: Type.FLOAT });
  return [scaled(g.node("Cos", [emb])), scaled(g.node("Sin", [emb]))];
}

interface Sizes {
  readonly heads?: number;
  readonly keyHeads?: number;
  readonly dim?: number;
}

/** Llama with grouped keys: [batch, heads, length, dim], cosines computed from position_ids. */
export function llamaTorchScript({ heads = 4, keyHeads = 2, dim = 8 }: Sizes = {}): Uint8Array {
  const g = builder({ opset: 17 });
  const ids = g.input("position_ids", Type.INT64, "batch", "length");
  const q = g.input("q", Type.FLOAT, "batch", "length", heads * dim);
  const k = g.input("k", Type.FLOAT, "batch", "length", keyHeads * dim);
  const [cos, sin] = llamaCosSin(g, ids, dim / 2);
  for (const [name, x, count] of [
    ["q_embed", q, heads],
    ["k_embed", k, keyHeads],
  ] as const) {
    const states = transposed(g, view(g, x, count, dim));
    const [c, s] = [g.node("Unsqueeze", [cos, g.ints(1)]), g.node("Unsqueeze", [sin, g.ints(1)])];
    g.output(name, applied(g, states, rotateHalf(g, states), c, s));
  }
  return g.bytes();
}

/** The same by the dynamo exporter: numbers instead of shapes, initializers, one Unsqueeze for both. */
export function llamaDynamo({ heads = 4, keyHeads = 2, dim = 8 }: Sizes = {}, opset = 18): Uint8Array {
  const g = builder({ opset, initializers: true });
  const ids = g.input("position_ids", Type.INT64, "batch", "length");
  const q = g.input("q", Type.FLOAT, "batch", "length", heads * dim);
  const k = g.input("k", Type.FLOAT, "batch", "length", keyHeads * dim);
  const inverse = g.floats(frequencies(dim / 2), [1, dim / 2, 1]);
  const positions = g.node("Cast", [g.node("Unsqueeze", [ids, g.ints(1)])], { to: Type.FLOAT });
  const freqs = g.node("Transpose", [g.node("MatMul", [inverse, positions])], { perm: [0, 2, 1] });
  const emb = g.node("Concat", [freqs, freqs], { axis: -1 });
  const cos = g.node("Unsqueeze", [g.node("Cos", [emb]), g.ints(1)]);
  const sin = g.node("Unsqueeze", [g.node("Sin", [emb]), g.ints(1)]);
  for (const [name, x, count] of [
    ["q_embed", q, heads],
    ["k_embed", k, keyHeads],
  ] as const) {
    const states = transposed(g, g.node("Reshape", [x, g.ints(0, 0, count, dim)]));
    const x1 = slice(g, states, g.ints(0), g.ints(dim / 2), 3);
    const x2 = slice(g, states, g.ints(dim / 2), g.ints(END), 3);
    const turned = g.node("Concat", [g.node("Neg", [x2]), x1], { axis: -1 });
    g.output(name, applied(g, states, turned, cos, sin));
  }
  return g.bytes();
}

/** transformers before 4.36: a cached table, cut to the length, gathered by position_ids. */
export function llamaCached({ heads = 3, dim = 8 }: Sizes = {}, opset = 13): Uint8Array {
  const g = builder({ opset });
  const rows = 16;
  const ids = g.input("position_ids", Type.INT64, "batch", "length");
  const q = g.input("q", Type.FLOAT, "batch", heads, "length", dim);
  const table = (f: (angle: number) => number) => {
    const angles = Array.from({ length: rows }, (_, p) => frequencies(dim / 2).map((w) => f(p * w)));
    return g.floats(
      angles.flatMap((row) => [...row, ...row]),
      [1, 1, rows, dim],
    );
  };
  const squeezed = (x: string) => g.node("Squeeze", [g.node("Squeeze", [x, g.ints(1)]), g.ints(0)]);
  const looked = (cached: string) => {
    const cut = slice(g, cached, g.ints(0), g.ints(12), 2);
    return g.node("Unsqueeze", [g.node("Gather", [squeezed(cut), ids], { axis: 0 }), g.ints(1)]);
  };
  const [cos, sin] = [looked(table(Math.cos)), looked(table(Math.sin))];
  g.output("q_embed", applied(g, q, rotateHalf(g, q), cos, sin));
  return g.bytes();
}

/** GPT-NeoX: the first `rotaryDim` of each head are turned. */
export function neoxPartial(
  { heads = 3, dim = 12 }: Sizes = {},
  rotaryDim = 4,
  headAxis: number | string = heads,
) {
  const g = builder({ opset: 17 });
  const ids = g.input("position_ids", Type.INT64, "batch", "length");
  const q = g.input("q", Type.FLOAT, "batch", headAxis, "length", dim);
  const [c, s] = llamaCosSin(g, ids, rotaryDim / 2);
  const [cos, sin] = [g.node("Unsqueeze", [c, g.ints(1)]), g.node("Unsqueeze", [s, g.ints(1)])];
  const front = slice(g, q, g.ints(0), g.ints(rotaryDim), 3);
  const rest = slice(g, q, g.ints(rotaryDim), g.ints(END), 3);
  const turned = applied(g, front, rotateHalf(g, front), cos, sin);
  g.output("q_embed", g.node("Concat", [turned, rest], { axis: -1 }));
  return g.bytes();
}

/** torch.repeat_interleave(x[:, :, None, :], 2, 3) */
function repeatInterleave(g: Builder, x: string): string {
  const column = g.node("Unsqueeze", [g.node("Unsqueeze", [x, g.ints(2)]), g.ints(4)]);
  const tiled = g.node("Tile", [column, g.ints(1, 1, 1, 1, 2)]);
  const front = slice(g, g.node("Shape", [tiled]), g.ints(0), g.ints(3), 0);
  return g.node("Reshape", [tiled, g.node("Concat", [front, g.ints(-1)], { axis: 0 })]);
}

/** GPT-J: [batch, length, heads, dim], even and odd elements, partial unless rotaryDim is dim. */
export function gptj({ heads = 3, dim = 8 }: Sizes = {}, rotaryDim = 4): Uint8Array {
  const g = builder({ opset: 14 });
  const rows = 16;
  const half = rotaryDim / 2;
  const ids = g.input("position_ids", Type.INT64, "batch", "length");
  const q = g.input("q", Type.FLOAT, "batch", "length", heads * dim);
  const table = Array.from({ length: rows }, (_, p) => frequencies(half).map((w) => p * w));
  const values = table.flatMap((row) => [...row.map(Math.sin), ...row.map(Math.cos)]);
  const looked = g.node("Gather", [g.floats(values, [rows, rotaryDim]), ids], { axis: 0 });
  const [sin, cos] = g.nodes("Split", [looked, g.ints(half, half)], 2, { axis: -1 }) as [string, string];
  const states = view(g, q, heads, dim);
  const front = rotaryDim < dim ? slice(g, states, g.ints(0), g.ints(rotaryDim), 3) : states;
  const x1 = slice(g, front, g.ints(0), g.ints(END), 3, 2);
  const x2 = slice(g, front, g.ints(1), g.ints(END), 3, 2);
  const column = (x: string) => g.node("Unsqueeze", [x, g.ints(4)]);
  const stacked = g.node("Concat", [column(g.node("Neg", [x2])), column(x1)], { axis: -1 });
  const kept = slice(g, g.node("Shape", [stacked]), g.ints(0), g.ints(3), 0);
  const turned = g.node("Reshape", [stacked, g.node("Concat", [kept, g.ints(-1)], { axis: 0 })]);
  const result = applied(g, front, turned, repeatInterleave(g, cos), repeatInterleave(g, sin));
  if (rotaryDim === dim) g.output("q_embed", result);
  else {
    const rest = slice(g, states, g.ints(rotaryDim), g.ints(END), 3);
    g.output("q_embed", g.node("Concat", [result, rest], { axis: -1 }));
  }
  return g.bytes();
}

/** Meta's Llama in real numbers: x as [batch, length, heads, dim / 2, 2], its columns taken by Gather or Split. */
export function pairsInColumns(
  { heads = 3, dim = 8 }: Sizes = {},
  take: "Gather" | "Split" = "Gather",
): Uint8Array {
  const g = builder({ opset: 18, initializers: true });
  const half = dim / 2;
  const x = g.input("x", Type.FLOAT, "batch", "length", heads, dim);
  const angles = g.input("angles", Type.FLOAT, "length", half);
  const [cosine, sine] = [g.node("Cos", [angles]), g.node("Sin", [angles])];
  const pairs = g.node("Reshape", [x, g.ints(0, 0, 0, half, 2)]);
  const axes = take === "Gather" ? [0, 2] : [0, 2, 4];
  const [cos, sin] = [cosine, sine].map((each) => g.node("Unsqueeze", [each, g.ints(...axes)])) as [
    string,
    string,
  ];
  const [a, b] =
    take === "Gather"
      ? ([0, 1].map((i) => g.node("Gather", [pairs, g.int(i)], { axis: -1 })) as [string, string])
      : (g.nodes("Split", [pairs], 2, { axis: 4, num_outputs: 2 }) as [string, string]);
  const mul = (x: string, y: string) => g.node("Mul", [x, y]);
  const first = g.node("Sub", [mul(a, cos), mul(b, sin)]);
  const second = g.node("Add", [mul(b, cos), mul(a, sin)]);
  const column = (x: string) => (take === "Gather" ? g.node("Unsqueeze", [x, g.ints(-1)]) : x);
  const stacked = g.node("Concat", [column(first), column(second)], { axis: -1 });
  g.output("y", g.node("Reshape", [stacked, g.ints(0, 0, 0, dim)]));
  return g.bytes();
}

/** cat(x1·cos − x2·sin, x2·cos + x1·sin) with chunks, cosines [length, dim / 2]; `inverse` turns back. */
export function chunks({ heads = 3, dim = 8 }: Sizes = {}, { inverse = false, rank = 4 } = {}): Uint8Array {
  const g = builder({ opset: 18, initializers: true });
  const x = g.input("x", Type.FLOAT, ...["batch", heads, "length", dim].slice(4 - rank));
  const angles = g.input("angles", Type.FLOAT, "length", dim / 2);
  const [cos, sin] = [g.node("Cos", [angles]), g.node("Sin", [angles])];
  const [a, b] = g.nodes("Split", [x], 2, { axis: -1, num_outputs: 2 }) as [string, string];
  const mul = (x: string, y: string) => g.node("Mul", [x, y]);
  const [minus, plus] = inverse ? ["Add", "Sub"] : ["Sub", "Add"];
  const first = g.node(minus!, [mul(a, cos), mul(b, sin)]);
  const second = g.node(plus!, [mul(b, cos), mul(a, sin)]);
  g.output("y", g.node("Concat", [first, second], { axis: -1 }), rank);
  return g.bytes();
}
