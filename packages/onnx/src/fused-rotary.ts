import type { Composites, RotaryLayout, SinCos } from "@posenc/core";
import type { Edge, Graph } from "./graph.ts";
import type { Attributes } from "./proto.ts";

/** How a rotation is written: in operators of any opset, or as one operator of ONNX (opset 23) or of ONNX Runtime. */
export type RotaryTarget = "primitives" | "ai.onnx" | "com.microsoft";

type Rotate = Composites<Edge>["rotate"];

/** Rows of sines and cosines, and which of them each token reads. */
interface Caches {
  /** [rows, half]. */
  readonly sin: Edge;
  readonly cos: Edge;
  /** [1 or batch, length]. */
  readonly ids: Edge;
}

interface Writer {
  write(x: Edge, turn: SinCos<Edge>, layout: RotaryLayout, heads: number | undefined): Edge;
  /** Whether the operator leaves the last dimensions alone where fewer are rotated. */
  readonly partial: boolean;
}

/**
 * `rotate` as the operator RotaryEmbedding, for x [batch, heads, length, dim] and turns that the heads share;
 * `reference` for anything else. Where x was made of [batch, length, heads·dim], the operator reads that.
 */
export function fusedRotary(
  graph: Graph,
  target: Exclude<RotaryTarget, "primitives">,
  reference: Rotate,
): Rotate {
  const { write, partial } = writers[target](graph);
  return (x, turn, layout) => {
    const shared = sharedByHeads(graph, turn);
    if (x.rank !== 4 || shared === undefined) return reference(x, turn, layout);
    const { dim, rotaryDim } = layout;
    if (rotaryDim < dim && !partial) {
      const parts = [rotaryDim, dim - rotaryDim];
      const [rotated, passed] = split(graph, x, parts) as [Edge, Edge];
      const turned = write(rotated, shared, { ...layout, dim: rotaryDim }, undefined);
      return graph.node("Concat", [turned, passed], x, { axis: { int: -1 } });
    }
    const flat = flatHeads(graph, x, dim);
    if (flat === undefined) return write(x, shared, layout, undefined);
    return graph.node("Transpose", [flat.reshaped(write(flat.x, shared, layout, flat.heads))], x, swapped);
  };
}

const swapped: Attributes = { perm: { ints: [0, 2, 1, 3] } };

const writers: Readonly<Record<Exclude<RotaryTarget, "primitives">, (graph: Graph) => Writer>> = {
  "ai.onnx": (graph) => ({
    partial: true,
    write(x, turn, { pairing, dim, rotaryDim }, heads) {
      const attributes: Attributes = {
        interleaved: { int: pairing === "interleaved" ? 1 : 0 },
        ...(rotaryDim < dim && { rotary_embedding_dim: { int: rotaryDim } }),
        ...(heads !== undefined && { num_heads: { int: heads } }),
      };
      const caches = cachesOf(graph, turn);
      const batch = lengths(graph, x, 0, 1);
      if (caches) {
        const { sin, cos, ids } = caches;
        const each = forEach(graph, x, ids);
        return graph.node("RotaryEmbedding", [x, cos, sin, each], x, attributes);
      }
      const each = (table: Edge) => expanded(graph, ranked(graph, table, 3), [batch, ones(graph, 2)]);
      return graph.node("RotaryEmbedding", [x, each(turn.cos), each(turn.sin)], x, attributes);
    },
  }),

  "com.microsoft": (graph) => ({
    partial: false,
    write(x, turn, { pairing }, heads) {
      const attributes: Attributes = {
        interleaved: { int: pairing === "interleaved" ? 1 : 0 },
        ...(heads !== undefined && { num_heads: { int: heads } }),
      };
      const { sin, cos, ids } = cachesOf(graph, turn) ?? rowsOf(graph, turn);
      const each = forEach(graph, x, ids);
      return graph.node("RotaryEmbedding", [x, each, cos, sin], x, attributes, "com.microsoft");
    },
  }),
};

/** A turn without the axis of heads, [length, half] or [batch, length, half], where it has none or one of length 1. */
function sharedByHeads(graph: Graph, turn: SinCos<Edge>): SinCos<Edge> | undefined {
  const [sin, cos] = [turn.sin, turn.cos].map((table) => {
    if (table.rank < 3) return table;
    const made = graph.nodeOf(table);
    return made?.operator === "Unsqueeze" && axisOf(graph, made.inputs[1]!) === table.rank - 3
      ? made.inputs[0]
      : undefined;
  });
  return sin && cos && { sin, cos };
}

/** Where both tables are looked up at the same positions: the tables, and the positions. */
function cachesOf(graph: Graph, turn: SinCos<Edge>): Caches | undefined {
  const [sin, cos] = [graph.nodeOf(turn.sin), graph.nodeOf(turn.cos)];
  if (sin?.operator !== "Gather" || cos?.operator !== "Gather") return undefined;
  const [table, ids] = sin.inputs as [Edge, Edge];
  const [other, otherIds] = cos.inputs as [Edge, Edge];
  if (ids.name !== otherIds.name || table.rank !== 2 || other.rank !== 2 || ids.rank > 2) return undefined;
  return { sin: table, cos: other, ids: ranked(graph, ids, 2) };
}

/** ids [1 or batch, length] for each sequence of x. */
function forEach(graph: Graph, x: Edge, ids: Edge): Edge {
  const [batch, rows] = [graph.dimsOf(x)?.[0], graph.dimsOf(ids)?.[0]];
  if (batch !== undefined && batch === rows) return ids;
  return expanded(graph, ids, [lengths(graph, x, 0, 1), ones(graph, 1)]);
}

/** Sines and cosines [1 or batch, length, half] as rows, each token reading its own. */
function rowsOf(graph: Graph, turn: SinCos<Edge>): Caches {
  const [sin, cos] = [ranked(graph, turn.sin, 3), ranked(graph, turn.cos, 3)];
  const rows = (table: Edge) => {
    const shape = concat(graph, [integers(graph, -1), lengths(graph, table, 2, 3)]);
    return graph.node("Reshape", [table, shape], { type: table.type, rank: 2 });
  };
  const places = lengths(graph, sin, 0, 2);
  const count = graph.node("ReduceProd", [places], { type: "int32", rank: 0 }, { keepdims: { int: 0 } });
  const [zero, one] = [graph.constant(Int32Array.of(0), []), graph.constant(Int32Array.of(1), [])];
  const all = graph.node("Range", [zero, count, one], { type: "int32", rank: 1 });
  return {
    sin: rows(sin),
    cos: rows(cos),
    ids: graph.node("Reshape", [all, places], { type: "int32", rank: 2 }),
  };
}

interface FlatHeads {
  readonly x: Edge;
  readonly heads: number;
  /** [batch, length, heads·dim] → [batch, length, heads, dim]. */
  reshaped(x: Edge): Edge;
}

/** x [batch, length, heads·dim], where [batch, heads, length, dim] was made of it by Reshape and Transpose. */
function flatHeads(graph: Graph, x: Edge, dim: number): FlatHeads | undefined {
  const transposed = graph.nodeOf(x);
  if (transposed?.operator !== "Transpose") return undefined;
  if (JSON.stringify(transposed.attributes) !== JSON.stringify(swapped)) return undefined;
  const reshaped = graph.nodeOf(transposed.inputs[0]!);
  const [source, sizes] = reshaped?.inputs ?? [];
  const heads = sizes && graph.dataOf(sizes)?.at(-2);
  if (reshaped?.operator !== "Reshape" || source?.rank !== 3 || !heads || graph.dataOf(sizes)?.at(-1) !== dim)
    return undefined;
  return {
    x: source,
    heads: Number(heads),
    reshaped: (y) => graph.node("Reshape", [y, sizes], { type: x.type, rank: 4 }),
  };
}

/** Axes of length 1 in front, up to `rank`. */
function ranked(graph: Graph, x: Edge, rank: number): Edge {
  if (x.rank === rank) return x;
  const axes = integers(graph, ...Array.from({ length: rank - x.rank }, (_, axis) => axis));
  return graph.node("Unsqueeze", [x, axes], { type: x.type, rank });
}

const integers = (graph: Graph, ...values: number[]): Edge =>
  graph.constant(Int32Array.from(values), [values.length]);
const ones = (graph: Graph, count: number): Edge => integers(graph, ...new Array<number>(count).fill(1));
const axisOf = (graph: Graph, axes: Edge): number | undefined => graph.dataOf(axes)?.[0];

const concat = (graph: Graph, parts: readonly Edge[]): Edge =>
  graph.node("Concat", parts, { type: "int32", rank: 1 }, { axis: { int: 0 } });

/** Lengths of the axes `from` to `to`. */
const lengths = (graph: Graph, x: Edge, from: number, to: number): Edge =>
  graph.node("Shape", [x], { type: "int32", rank: 1 }, { start: { int: from }, end: { int: to } });

/** x broadcast to the lengths in `parts`; a 1 leaves the length as it is. */
const expanded = (graph: Graph, x: Edge, parts: readonly Edge[]): Edge =>
  graph.node("Expand", [x, concat(graph, parts)], x);

const split = (graph: Graph, x: Edge, sizes: readonly number[]): Edge[] =>
  graph.nodes(
    "Split",
    [x, integers(graph, ...sizes)],
    sizes.map(() => x),
    { axis: { int: -1 } },
  );
