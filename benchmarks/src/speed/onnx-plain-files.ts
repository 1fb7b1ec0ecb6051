/** The other computations in plain operators of ONNX, written by hand. */
import { type Edge, graph } from "@posenc/onnx";
import { frequency } from "./inputs.ts";
import type { Inputs, Sizes } from "./workload.ts";

const float = (rank: number) => ({ type: "float32", rank }) as const;

/** x [batch, length, dim] → sum; the table is in the file. */
export function addition({ table }: Inputs["add"]): Uint8Array {
  const file = graph();
  const x = file.input("x", "float32", ["batch", ...table.shape]);
  file.output("sum", file.node("Add", [x, file.constant(table.data, table.shape)], x));
  return file.toBytes();
}

/** tokens [batch, length] → sum; the tables are in the file. */
export function gatherAddition({ table, rows }: Inputs["gatherAdd"]): Uint8Array {
  const file = graph();
  const tokens = file.input("tokens", "int32", ["batch", rows.shape.at(-2)!]);
  const embeddings = file.constant(table.data, table.shape);
  const found = file.node("Gather", [embeddings, tokens], float(3), { axis: { int: 0 } });
  file.output("sum", file.node("Add", [found, file.constant(rows.data, rows.shape)], found));
  return file.toBytes();
}

/** positions [count] → sin, cos [count, dim / 2], by angles in float32. */
export function sincos({ dim }: Sizes["sincos"]): Uint8Array {
  const file = graph();
  const frequencies = Float32Array.from({ length: dim / 2 }, (_, i) => frequency(i, dim));
  const positions = file.input("positions", "int32", ["count"]);
  const column = file.node("Unsqueeze", [cast(positions), file.constant(Int32Array.of(1), [1])], float(2));
  const angles = file.node("Mul", [column, file.constant(frequencies, [1, dim / 2])], float(2));
  file.output("sin", file.node("Sin", [angles], angles));
  file.output("cos", file.node("Cos", [angles], angles));
  return file.toBytes();

  function cast(x: Edge): Edge {
    return file.node("Cast", [x], float(1), { to: { int: 1 } });
  }
}

/** positions [length] → scores [heads, length, length]; the slopes are in the file. */
export function alibi({ slopes }: Inputs["alibi"]): Uint8Array {
  const file = graph();
  const axis = (at: number) => file.constant(Int32Array.of(at), [1]);
  const positions = file.node("Cast", [file.input("positions", "int32", ["length"])], float(1), {
    to: { int: 1 },
  });
  const column = file.node("Unsqueeze", [positions, axis(1)], float(2));
  const row = file.node("Unsqueeze", [positions, axis(0)], float(2));
  const distance = file.node("Abs", [file.node("Sub", [column, row], float(2))], float(2));
  const factors = file.constant(
    Float32Array.from(slopes.data, (slope) => -slope),
    [slopes.data.length, 1, 1],
  );
  file.output("scores", file.node("Mul", [distance, factors], float(3)));
  return file.toBytes();
}
