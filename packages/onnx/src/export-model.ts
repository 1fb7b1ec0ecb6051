import { checks, toJSON } from "@posenc/core";
import { checkCache, type Transformer, tabulateModel } from "@posenc/model";
import { type CacheMask, cacheInputs, presentOutputs } from "./cache-tensors.ts";
import { positionDims, positionType } from "./encoder-graphs.ts";
import { checkExportOptions, EXPORT_OPTIONS, type ExportOptions, type File, file } from "./export-options.ts";
import type { Edge, GraphFiles } from "./graph.ts";
import { checkTensorNames, modelTensors } from "./model-tensors.ts";
import { type ParameterValues, parameterEdges } from "./parameter-edges.ts";

export interface ExportModelOptions extends ExportOptions {
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
}

/**
 * A trained model as the bytes of an ONNX file, for any batch and length:
 * tokens [batch, length] int64, positions [positions_batch, length] int64 (float32 where the encoder takes real
 * positions; positions_batch is 1 or the batch) → logits [batch, outputs], or [batch, length, outputs] for the
 * token head. The parameters keep their names. Metadata: `posenc.model` and `posenc.encoder`, as JSON, and
 * `posenc.export`, the options.
 *
 * With `cache`, further inputs: `mask` [1 or batch, 1 or length, past + length] int64, 1 where a token may see a key,
 * on top of the causal rule (or as the option `mask` says); `past.positions` [positions_batch, past];
 * `past.<block>.key` and `past.<block>.value` [batch, heads, past, headDim]. Each `past.…` has an output `present.…`
 * of past + length, which is the past of the next step. In the first step `past` is 0.
 *
 * @throws TypeError, RangeError where a value is missing, unknown or of another size, a name is unknown or taken, or
 *   with `cache` for a model that cannot decode (see `step` of @posenc/model); RangeError for 2 GiB or more, which is
 *   {@link exportModelFiles}' affair
 */
export function exportModel(
  model: Transformer,
  values: ParameterValues,
  options: ExportModelOptions = {},
): Uint8Array {
  return modelFile("exportModel", model, values, options).graph.toBytes();
}

/**
 * {@link exportModel} with the parameters in a file of their own, for models above 2 GiB, or to share them. The data
 * are views of `values`, not copies: write one after the other to the file `location` beside the model.
 *
 * @throws TypeError, RangeError as {@link exportModel} does
 */
export function exportModelFiles(
  model: Transformer,
  values: ParameterValues,
  location: string,
  options: ExportModelOptions = {},
): GraphFiles {
  checkLocation("exportModelFiles", location);
  return modelFile("exportModelFiles", model, values, options).graph.toFiles(location);
}

/** ONNX wants a path relative to the model, below it. */
function checkLocation(who: string, location: unknown): void {
  if (
    typeof location !== "string" ||
    location === "" ||
    /^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)/.test(location)
  ) {
    throw new TypeError(
      `${who}: location must be a relative path without "..", got ${checks.show(location)}`,
    );
  }
}

function modelFile(
  who: string,
  model: Transformer,
  values: ParameterValues,
  given: ExportModelOptions,
): File {
  checks.checkNames(who, given, ["observe", "cache", "mask", ...EXPORT_OPTIONS]);
  checkExportOptions(who, given);
  const { observe = false, cache = false, mask = "pairs", ...how } = given;
  const { names = {}, dtype = "float32", maxPosition } = how;
  const { encoder, ...options } = model.options;
  checks.checkBoolean(who, "observe", observe);
  checks.checkBoolean(who, "cache", cache);
  if (cache) checkCache(who, model.options);
  checks.checkOneOf(who, "mask", mask, ["pairs", "padding"]);
  checkTensorNames(who, names, modelTensors(options.blocks, cache && mask));
  const metadata = {
    "posenc.model": JSON.stringify({ ...options, encoder: toJSON(encoder) }),
    "posenc.encoder": JSON.stringify(toJSON(encoder)),
    ...(Object.keys(how).length > 0 && { "posenc.export": JSON.stringify(how) }),
  };
  const target = file("transformer", metadata, how);
  const { graph, ops } = target;
  const edges = parameterEdges(graph, who, model.parameters, values, { dtype });
  const tokens = graph.input("tokens", "int32", ["batch", "length"]);
  const positions = graph.input("positions", positionType(encoder), positionDims(encoder, "length"));
  const observed: [name: string, edge: Edge][] = [];
  const { logits, present } = tabulateModel(model, maxPosition).step(ops, edges, tokens, positions, {
    observe: (name, edge) => void observed.push([name, edge]),
    ...(cache && cacheInputs(target, model, tokens, mask)),
  });
  const { head, outputs } = options;
  target.result("logits", logits, head === "token" ? ["batch", "length", outputs] : ["batch", outputs]);
  if (cache) presentOutputs(target, model, present, mask);
  if (observe) for (const [name, edge] of observed) target.result(`observed.${name}`, edge);
  return target;
}
