/** Rotation of queries and keys as people write it in ONNX by hand, and as it is exported from PyTorch. */
import type { Pairing } from "@posenc/core";
import { type Edge, type Graph, graph, type RotaryTarget } from "@posenc/onnx";
import { frequency } from "./inputs.ts";

const float = (rank: number) => ({ type: "float32", rank }) as const;
const ints = (file: Graph, ...values: number[]) => file.constant(Int32Array.from(values), [values.length]);

export interface OnnxFileOptions {
  /** Length of a head. */
  readonly dim: number;
  /** Rows of the tables. */
  readonly rows: number;
  readonly pairing: Pairing;
}

/** Sines and cosines [rows, dim / 2] in float32, as anybody would fold them into a file. */
function tables({ dim, rows }: OnnxFileOptions): { sin: Float32Array; cos: Float32Array } {
  const half = dim / 2;
  const angles = Array.from({ length: rows * half }, (_, i) => {
    return Math.floor(i / half) * frequency(i % half, dim);
  });
  return { sin: Float32Array.from(angles, Math.sin), cos: Float32Array.from(angles, Math.cos) };
}

/** q, k [batch, heads, length, dim], positions [batch, length] → q_rotated, k_rotated, each by `turn`. */
function rotation(file: Graph, dim: number, turn: (x: Edge, positions: Edge) => Edge): Uint8Array {
  const dims = ["batch", "heads", "length", dim];
  const positions = file.input("positions", "int32", ["batch", "length"]);
  for (const name of ["q", "k"]) {
    file.output(`${name}_rotated`, turn(file.input(name, "float32", dims), positions), dims);
  }
  return file.toBytes();
}

/** The runtime's own operator on tables in the file. */
export function handMade(target: Exclude<RotaryTarget, "primitives">, options: OnnxFileOptions): Uint8Array {
  const standard = target === "ai.onnx";
  const file = graph({ opset: standard ? 23 : 17 });
  const { sin, cos } = tables(options);
  const shape = [options.rows, options.dim / 2];
  const [sines, cosines] = [file.constant(sin, shape), file.constant(cos, shape)];
  const interleaved = { int: options.pairing === "interleaved" ? 1 : 0 };
  return rotation(file, options.dim, (x, positions) => {
    const inputs = standard ? [x, cosines, sines, positions] : [x, positions, cosines, sines];
    return file.node("RotaryEmbedding", inputs, x, { interleaved }, standard ? "" : target);
  });
}

/** x · cos + turned(x) · sin, as PyTorch's exporter spells it: rotate_half of Llama, rotate_every_two of GPT-J. */
export function decomposed(options: OnnxFileOptions): Uint8Array {
  const { dim, rows, pairing } = options;
  const half = dim / 2;
  const file = graph();
  const { sin, cos } = tables(options);
  const whole = (table: Float32Array) => {
    const twice = Float32Array.from({ length: rows * dim }, (_, i) => {
      const d = i % dim;
      return table[Math.floor(i / dim) * half + (pairing === "halves" ? d % half : d >> 1)]!;
    });
    return file.constant(twice, [rows, dim]);
  };
  const [sines, cosines] = [whole(sin), whole(cos)];
  const END = 2 ** 31 - 1;
  const slice = (x: Edge, from: number, to: number, step = 1) =>
    file.node("Slice", [x, ints(file, from), ints(file, to), ints(file, 3), ints(file, step)], x);
  const quarterTurn: Readonly<Record<Pairing, (x: Edge) => Edge>> = {
    halves(x) {
      const negative = file.node("Neg", [slice(x, half, END)], x);
      return file.node("Concat", [negative, slice(x, 0, half)], x, { axis: { int: -1 } });
    },
    interleaved(x) {
      const negative = file.node("Neg", [slice(x, 1, END, 2)], x);
      const columns = [negative, slice(x, 0, END, 2)].map((part) =>
        file.node("Unsqueeze", [part, ints(file, 4)], float(5)),
      );
      const stacked = file.node("Concat", columns, float(5), { axis: { int: -1 } });
      return file.node("Reshape", [stacked, ints(file, 0, 0, 0, dim)], x);
    },
  };
  return rotation(file, dim, (x, positions) => {
    const lookedUp = (table: Edge) => {
      const found = file.node("Gather", [table, positions], float(3), { axis: { int: 0 } });
      return file.node("Unsqueeze", [found, ints(file, 1)], float(4));
    };
    const products = [
      [x, lookedUp(cosines)],
      [quarterTurn[pairing](x), lookedUp(sines)],
    ].map((pair) => file.node("Mul", pair, x));
    return file.node("Add", products, x);
  });
}
