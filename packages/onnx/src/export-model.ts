import { toJSON } from "@posenc/core";
import { checkCache, type Past, type Transformer } from "@posenc/model";
import { positionDims, positionType } from "./encoder-graphs.ts";
import { type Edge, type Graph, graph } from "./graph.ts";
import { checkTensorNames, modelTensors } from "./model-tensors.ts";
import { onnxOps } from "./onnx-ops.ts";
import { type ParameterValues, parameterEdges } from "./parameter-edges.ts";

export interface ExportModelOptions {
  /** Adds an output `observed.<name>` for every intermediate tensor that the model shows; false unless given. */
  readonly observe?: boolean;
  /**
   * For decoding step by step: the graph takes the keys and values of earlier tokens, their positions and a mask, and
   * returns those of the next step; false unless given.
   */
  readonly cache?: boolean;
  /** Other names for inputs and outputs, by ours: `{ tokens: "input_ids", "past.0.key": "past_key_values.0.key" }`. */
  readonly names?: Readonly<Record<string, string>>;
}

/**
 * A trained model as the bytes of an ONNX file (IR 8, opset 17), for any batch and length:
 * tokens [batch, length] int64, positions [positions_batch, length] int64 (float32 where the encoder takes real
 * positions; positions_batch is 1 or the batch) → logits [batch, outputs], or [batch, length, outputs] for the
 * token head. The parameters keep their names. Metadata: `posenc.model` and `posenc.encoder`, as JSON, and
 * `posenc.names` where names are given.
 *
 * With `cache`, further inputs: `mask` [1 or batch, 1 or length, past + length] int64, 1 where a token may see a key,
 * on top of the causal rule; `past.positions` [positions_batch, past]; `past.<block>.key` and `past.<block>.value`
 * [batch, heads, past, headDim]. Each `past.…` has an output `present.…` of past + length, which is the past of the
 * next step. In the first step `past` is 0.
 *
 * @throws TypeError, RangeError where a value is missing, unknown or of another size, a name is unknown or taken, or
 *   with `cache` for a model that cannot decode (see `step` of @posenc/model)
 */
export function exportModel(
  model: Transformer,
  values: ParameterValues,
  { observe = false, cache = false, names = {} }: ExportModelOptions = {},
): Uint8Array {
  const { encoder, ...options } = model.options;
  if (cache) checkCache("exportModel", model.options);
  checkTensorNames("exportModel", names, modelTensors(options.blocks, cache));
  const named = (name: string) => names[name] ?? name;
  const builder = graph({
    name: "transformer",
    metadata: {
      "posenc.model": JSON.stringify({ ...options, encoder: toJSON(encoder) }),
      "posenc.encoder": JSON.stringify(toJSON(encoder)),
      ...(Object.keys(names).length > 0 && { "posenc.names": JSON.stringify(names) }),
    },
  });
  const edges = parameterEdges(builder, "exportModel", model.parameters, values);
  const tokens = builder.input(named("tokens"), "int32", ["batch", "length"]);
  const type = positionType(encoder);
  const positions = builder.input(named("positions"), type, positionDims(encoder, "length"));
  const observed: [name: string, edge: Edge][] = [];
  const { logits, present } = model.step(onnxOps(builder), edges, tokens, positions, {
    observe: (name, edge) => void observed.push([name, edge]),
    ...(cache && cacheInputs(builder, model, named)),
  });
  const { head, outputs } = options;
  builder.output(
    named("logits"),
    logits,
    head === "token" ? ["batch", "length", outputs] : ["batch", outputs],
  );
  if (cache) addPresent(builder, model, named, present);
  if (observe) for (const [name, edge] of observed) builder.output(`observed.${name}`, edge);
  return builder.toBytes();
}

type Named = (name: string) => string;

const cacheDims = ({ options: { heads, dim } }: Transformer, length: string) => [
  "batch",
  heads,
  length,
  dim / heads,
];

function cacheInputs(builder: Graph, model: Transformer, named: Named): { mask: Edge; past: Past<Edge> } {
  const { blocks, encoder } = model.options;
  const mask = builder.input(named("mask"), "int32", ["mask_batch", "mask_length", "total_length"]);
  const type = positionType(encoder);
  const positions = builder.input(named("past.positions"), type, positionDims(encoder, "past_length"));
  const layers = Array.from({ length: blocks }, (_, i) => {
    const input = (part: string) =>
      builder.input(named(`past.${i}.${part}`), "float32", cacheDims(model, "past_length"));
    return { key: input("key"), value: input("value") };
  });
  return { mask, past: { layers, positions } };
}

function addPresent(builder: Graph, model: Transformer, named: Named, present: Past<Edge>): void {
  const dims = positionDims(model.options.encoder, "total_length");
  builder.output(named("present.positions"), present.positions, dims);
  for (const [i, { key, value }] of present.layers.entries()) {
    builder.output(named(`present.${i}.key`), key, cacheDims(model, "total_length"));
    builder.output(named(`present.${i}.value`), value, cacheDims(model, "total_length"));
  }
}
