import { checks } from "@posenc/core";
import type { RotaryTarget } from "./fused-rotary.ts";
import { type Edge, type Graph, graph } from "./graph.ts";
import { onnxOps } from "./onnx-ops.ts";
import { type Dim, LEAST_OPSET, MOST_OPSET, typeNumbers } from "./proto.ts";

/** How a file is written, whatever is in it. */
export interface ExportOptions {
  /** Operators of this version of ONNX; 17 (IR version 8) unless given, up to 26. */
  readonly opset?: number;
  /**
   * Rotation as "primitives" (default); as the operator RotaryEmbedding of ONNX, "ai.onnx" (opset 23); or of ONNX
   * Runtime, "com.microsoft". Where the operator cannot do it (turns that differ by head), primitives remain.
   */
  readonly rotary?: RotaryTarget;
  /**
   * Type of inputs, outputs and, in a model, weights; "float32" unless given. Inside it is float32, so that a float16
   * result is rounded once.
   */
  readonly dtype?: "float32" | "float16";
  /**
   * Positions are below this, and vectors, or sines and cosines, are looked up in tables of so many rows. Without it
   * they are computed in float64 at any position. Only for encoders that depend on one whole position.
   */
  readonly maxPosition?: number;
  /** Encoders and composites stand in the graph itself, not in functions that a viewer shows as one node. */
  readonly inline?: boolean;
  /** Other names for inputs and outputs, by ours. */
  readonly names?: Readonly<Record<string, string>>;
  /**
   * Other names for the lengths of inputs and outputs, or numbers that fix them, by our names. Where each sequence
   * has positions of its own, `{ positions_batch: "batch" }` spares a fused rotation the check whether they have one row.
   */
  readonly axes?: Readonly<Record<string, Dim>>;
}

export const EXPORT_OPTIONS = ["opset", "rotary", "dtype", "maxPosition", "inline", "names", "axes"] as const;

const LEAST_OPSET_OF: Readonly<Record<RotaryTarget, number>> = {
  primitives: LEAST_OPSET,
  "com.microsoft": LEAST_OPSET,
  "ai.onnx": 23,
};

/** @throws TypeError, RangeError naming the option, the value and what was expected */
export function checkExportOptions(who: string, options: ExportOptions): void {
  const {
    opset = LEAST_OPSET,
    rotary = "primitives",
    dtype = "float32",
    inline = false,
    axes = {},
  } = options;
  checks.checkBetween(who, "opset", checks.checkCount(who, "opset", opset), LEAST_OPSET, MOST_OPSET);
  checks.checkOneOf(who, "rotary", rotary, Object.keys(LEAST_OPSET_OF));
  if (opset < LEAST_OPSET_OF[rotary]) {
    throw new RangeError(
      `${who}: opset must be at least ${LEAST_OPSET_OF[rotary]} for rotary "${rotary}", got ${opset}`,
    );
  }
  checks.checkOneOf(who, "dtype", dtype, ["float32", "float16"]);
  checks.checkBoolean(who, "inline", inline);
  for (const [name, dim] of Object.entries(checks.checkObject(who, "axes", axes))) {
    if (typeof dim === "string" && dim !== "") continue;
    if (typeof dim !== "number") {
      throw new TypeError(`${who}: axes.${name} must be a text or a length, got ${checks.show(dim)}`);
    }
    checks.checkCount(who, `axes.${name}`, dim);
  }
}

/** A file being written: tensors of the wanted type outside, float32 inside. */
export interface File {
  readonly graph: Graph;
  readonly ops: ReturnType<typeof onnxOps>;
  /** A float32 input, or a float16 one and its Cast. */
  tensor(name: string, dims: readonly Dim[]): Edge;
  result(name: string, edge: Edge, dims?: readonly Dim[]): void;
}

export function file(name: string, metadata: Readonly<Record<string, string>>, options: ExportOptions): File {
  const { opset = LEAST_OPSET, dtype = "float32", names = {}, axes = {} } = options;
  const builder = graph({ name, metadata, opset, names, axes });
  const cast = (x: Edge, type: "float32" | "float16"): Edge =>
    x.type === type || (x.type !== "float32" && x.type !== "float16")
      ? x
      : builder.node("Cast", [x], { type, rank: x.rank }, { to: { int: typeNumbers[type] } });
  return {
    graph: builder,
    ops: onnxOps(builder, options),
    tensor: (name, dims) => cast(builder.input(name, dtype, dims), "float32"),
    result: (name, edge, dims) => builder.output(name, cast(edge, dtype), dims),
  };
}
