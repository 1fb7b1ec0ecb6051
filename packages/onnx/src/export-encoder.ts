import { bind, checks, type Encoder, type Kind, toJSON, type Values } from "@posenc/core";
import { type Edge, type Graph, graph } from "./graph.ts";
import { onnxOps } from "./onnx-ops.ts";
import { type ParameterValues, parameterEdges } from "./parameter-edges.ts";
import type { Dim } from "./proto.ts";

export interface ExportEncoderOptions {
  /** A value for each of the encoder's parameters. Required where it has any. */
  readonly values?: ParameterValues;
}

type Exporters = {
  [K in Kind]: (encoder: Extract<Encoder, { kind: K }>, graph: Graph, values: Record<string, Edge>) => void;
};

const exporters: Exporters = {
  additive(encoder, graph, values) {
    const dims = ["batch", "length", encoder.dim ?? "dim"];
    const x = graph.input("x", "float32", dims);
    const positions = graph.input("positions", positionType(encoder), positionDims(encoder, "length"));
    graph.output("y", bind(encoder, onnxOps(graph), values)(x, positions), dims);
  },

  rotary(encoder, graph, values) {
    const dims = ["batch", "heads", "length", encoder.dim];
    const keyDims = ["batch", "key_heads", "key_length", encoder.dim];
    const type = positionType(encoder);
    const q = graph.input("q", "float32", dims);
    const k = graph.input("k", "float32", keyDims);
    const positions = graph.input("positions", type, positionDims(encoder, "length"));
    const keyPositions = graph.input("key_positions", type, positionDims(encoder, "key_length"));
    const [turnedQ, turnedK] = bind(encoder, onnxOps(graph), values)(q, k, positions, keyPositions);
    graph.output("q_rotated", turnedQ, dims);
    graph.output("k_rotated", turnedK, keyDims);
  },

  bias(encoder, graph, values) {
    const type = positionType(encoder);
    const queries = graph.input("queries", type, positionDims(encoder, "queries"));
    const keys = graph.input("keys", type, positionDims(encoder, "keys"));
    const scores = bind(encoder, onnxOps(graph), values)(queries, keys);
    graph.output("scores", scores, ["positions_batch", encoder.heads, "queries", "keys"]);
  },

  content(encoder, graph, values) {
    const { heads, dim } = encoder;
    const type = positionType(encoder);
    const attention = {
      q: graph.input("q", "float32", ["batch", heads, "queries", dim]),
      k: graph.input("k", "float32", ["batch", heads, "keys", dim]),
      products: graph.input("products", "float32", ["batch", heads, "queries", "keys"]),
    };
    const queries = graph.input("queries", type, positionDims(encoder, "queries"));
    const keys = graph.input("keys", type, positionDims(encoder, "keys"));
    const scores = bind(encoder, onnxOps(graph), values)(attention, queries, keys);
    graph.output("scores", scores, ["batch", heads, "queries", "keys"]);
  },
};

export function positionType({ positions }: Pick<Encoder, "positions">): "float32" | "int32" {
  return positions?.real ? "float32" : "int32";
}

export function positionDims({ positions }: Pick<Encoder, "positions">, length: string): Dim[] {
  return ["positions_batch", length, ...(positions?.axes === undefined ? [] : [positions.axes])];
}

/**
 * An encoder as the bytes of an ONNX file (IR 8, opset 17), for any batch and length:
 *
 * - additive: x [batch, length, dim], positions [positions_batch, length] → y [batch, length, dim]
 * - rotary: q [batch, heads, length, dim], k [batch, key_heads, key_length, dim],
 *   positions [positions_batch, length], key_positions [positions_batch, key_length] → q_rotated, k_rotated
 * - bias: queries [positions_batch, queries], keys [positions_batch, keys]
 *   → scores [positions_batch, heads, queries, keys]
 * - content: q [batch, heads, queries, dim], k [batch, heads, keys, dim], products [batch, heads, queries, keys],
 *   queries, keys as for a bias → scores [batch, heads, queries, keys]
 *
 * Positions are int64, or float32 where the encoder takes real ones; positions_batch is 1 or the batch. They have a
 * last axis of coordinates where the encoder takes more than one. The file
 * names its encoder in the metadata: `posenc.encoder` is its JSON.
 *
 * @throws TypeError, RangeError where a value is missing, unknown or of another size
 */
export function exportEncoder(encoder: Encoder, { values }: ExportEncoderOptions = {}): Uint8Array {
  checks.checkObject("exportEncoder", "encoder", encoder);
  const builder = graph({
    name: encoder.name,
    metadata: { "posenc.encoder": JSON.stringify(toJSON(encoder)) },
  });
  const edges = parameterEdges(builder, encoder.name, encoder.parameters, values, `${encoder.name}.`);
  const exporter = exporters[encoder.kind] as (
    encoder: Encoder,
    graph: Graph,
    values: Values<Encoder["parameters"], Edge>,
  ) => void;
  exporter(encoder, builder, edges);
  return builder.toBytes();
}
