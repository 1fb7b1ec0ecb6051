/** Rotation of queries and keys as people write it in ONNX by hand, and as it is exported from PyTorch. */
import { type Edge, type Graph, graph, type RotaryTarget } from "@posenc/onnx";

const float = (rank: number) => ({ type: "float32", rank }) as const;
const ints = (file: Graph, ...values: number[]) => file.constant(Int32Array.from(values), [values.length]);

export interface OnnxFileOptions {
  /** Length of a head. */
  readonly dim: number;
  /** Rows of the tables. */
  readonly rows: number;
}

/** Sines and cosines [rows, dim / 2] in float32, as anybody would fold them into a file. */
function tables({ dim, rows }: OnnxFileOptions): { sin: Float32Array; cos: Float32Array } {
  const half = dim / 2;
  const angles = Array.from({ length: rows * half }, (_, i) => {
    return Math.floor(i / half) * 10_000 ** (-(i % half) / half);
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
  return rotation(file, options.dim, (x, positions) => {
    const inputs = standard ? [x, cosines, sines, positions] : [x, positions, cosines, sines];
    return file.node("RotaryEmbedding", inputs, x, { interleaved: { int: 0 } }, standard ? "" : target);
  });
}

/** x · cos + rotate_half(x) · sin, as PyTorch's exporter spells it. */
export function decomposed(options: OnnxFileOptions): Uint8Array {
  const { dim, rows } = options;
  const half = dim / 2;
  const file = graph();
  const { sin, cos } = tables(options);
  const whole = (table: Float32Array) => {
    const twice = Float32Array.from(
      { length: rows * dim },
      (_, i) => table[Math.floor(i / dim) * half + (i % half)]!,
    );
    return file.constant(twice, [rows, dim]);
  };
  const [sines, cosines] = [whole(sin), whole(cos)];
  return rotation(file, dim, (x, positions) => {
    const lookedUp = (table: Edge) => {
      const rows = file.node("Gather", [table, positions], float(3), { axis: { int: 0 } });
      return file.node("Unsqueeze", [rows, ints(file, 1)], float(4));
    };
    const slice = (from: number, to: number) =>
      file.node("Slice", [x, ints(file, from), ints(file, to), ints(file, 3), ints(file, 1)], x);
    const negative = file.node("Neg", [slice(half, 2 ** 31 - 1)], x);
    const turned = file.node("Concat", [negative, slice(0, half)], x, { axis: { int: -1 } });
    const products = [
      [x, lookedUp(cosines)],
      [turned, lookedUp(sines)],
    ].map((pair) => file.node("Mul", pair, x));
    return file.node("Add", products, x);
  });
}
