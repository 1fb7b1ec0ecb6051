import { checks, toJSON } from "@posenc/core";
import { checkCache, type Transformer } from "@posenc/model";
import { type CacheMask, cacheInputs, presentOutputs } from "./cache-tensors.ts";
import { positionDims, positionType } from "./encoder-graphs.ts";
import { type Edge, graph } from "./graph.ts";
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
  /**
   * With `cache`. "pairs" (default): [1 or batch, 1 or length, past + length], so that packed sequences can be kept
   * apart. "padding": [batch, past + length] as `attention_mask` of Hugging Face's Optimum; the positions of earlier
   * tokens are counted from it, and there is no `past.positions`.
   */
  readonly mask?: CacheMask;
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
 * on top of the causal rule (or as the option `mask` says); `past.positions` [positions_batch, past];
 * `past.<block>.key` and `past.<block>.value` [batch, heads, past, headDim]. Each `past.…` has an output `present.…`
 * of past + length, which is the past of the next step. In the first step `past` is 0.
 *
 * @throws TypeError, RangeError where a value is missing, unknown or of another size, a name is unknown or taken, or
 *   with `cache` for a model that cannot decode (see `step` of @posenc/model)
 */
export function exportModel(
  model: Transformer,
  values: ParameterValues,
  { observe = false, cache = false, mask = "pairs", names = {} }: ExportModelOptions = {},
): Uint8Array {
  const { encoder, ...options } = model.options;
  if (cache) checkCache("exportModel", model.options);
  checks.checkOneOf("exportModel", "mask", mask, ["pairs", "padding"]);
  checkTensorNames("exportModel", names, modelTensors(options.blocks, cache && mask));
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
    ...(cache && cacheInputs(builder, model, named, tokens, mask)),
  });
  const { head, outputs } = options;
  builder.output(
    named("logits"),
    logits,
    head === "token" ? ["batch", "length", outputs] : ["batch", outputs],
  );
  if (cache) presentOutputs(builder, model, named, present, mask);
  if (observe) for (const [name, edge] of observed) builder.output(`observed.${name}`, edge);
  return builder.toBytes();
}
