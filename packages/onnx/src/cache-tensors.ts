/** What an exported model takes and gives for decoding, besides tokens, positions and logits. */
import type { Ops } from "@posenc/core";
import type { Past, StepOptions, Transformer } from "@posenc/model";
import { positionDims, positionType } from "./encoder-graphs.ts";
import type { File } from "./export-options.ts";
import type { Edge, Graph } from "./graph.ts";

/** How the graph is told which keys a token sees; see `exportModel`. */
export type CacheMask = "pairs" | "padding";

export function cacheInputs(
  { graph, ops, tensor }: File,
  model: Transformer,
  tokens: Edge,
  kind: CacheMask,
): Required<Pick<StepOptions<Edge>, "mask" | "past">> {
  const { encoder, blocks } = model.options;
  const layers = () =>
    Array.from({ length: blocks }, (_, i) => {
      const input = (part: string) => tensor(`past.${i}.${part}`, layerDims(model, "past_length"));
      return { key: input("key"), value: input("value") };
    });
  if (kind === "pairs") {
    const mask = graph.input("mask", "int32", ["mask_batch", "mask_length", "total_length"]);
    const dims = positionDims(encoder, "past_length");
    const positions = graph.input("past.positions", positionType(encoder), dims);
    return { mask, past: { positions, layers: layers() } };
  }
  const { expandDims, float } = ops;
  const mask = graph.input("mask", "int32", ["batch", "total_length"]);
  const counted = countedBefore(graph, ops, mask, tokens);
  const positions = positionType(encoder) === "float32" ? float(counted) : counted;
  return { mask: expandDims(mask, -2), past: { positions, layers: layers() } };
}

export function presentOutputs(
  { result }: File,
  model: Transformer,
  present: Past<Edge>,
  kind: CacheMask,
): void {
  if (kind === "pairs") {
    const dims = positionDims(model.options.encoder, "total_length");
    result("present.positions", present.positions, dims);
  }
  for (const [i, { key, value }] of present.layers.entries()) {
    result(`present.${i}.key`, key, layerDims(model, "total_length"));
    result(`present.${i}.value`, value, layerDims(model, "total_length"));
  }
}

function layerDims({ options: { heads, dim } }: Transformer, length: string): (string | number)[] {
  return ["batch", heads, length, dim / heads];
}

/**
 * The positions of the tokens in the cache, as `positionsFromMask` counts them: mask [batch, total], tokens
 * [batch, length] → [batch, total − length].
 */
function countedBefore(graph: Graph, { maximum, neg, sub }: Ops<Edge>, mask: Edge, tokens: Edge): Edge {
  const row = { type: mask.type, rank: 1 } as const;
  const table = { type: mask.type, rank: 2 } as const;
  const ints = (value: number, shape: readonly number[]) => graph.constant(Int32Array.of(value), shape);
  const length = graph.node("Shape", [tokens], row, { start: { int: 1 }, end: { int: 2 } });
  const counts = graph.node("CumSum", [mask, ints(1, [])], table);
  const before = graph.node("Slice", [counts, ints(0, [1]), neg(length), ints(1, [1])], table);
  return maximum(sub(before, 1), 0);
}
