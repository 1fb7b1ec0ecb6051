import { toJSON } from "@posenc/core";
import type { Transformer } from "@posenc/model";
import { positionDims, positionType } from "./export-encoder.ts";
import { type Edge, graph } from "./graph.ts";
import { onnxOps } from "./onnx-ops.ts";
import { type ParameterValues, parameterEdges } from "./parameter-edges.ts";

export interface ExportModelOptions {
  /** Adds an output `observed.<name>` for every intermediate tensor that the model shows; false unless given. */
  readonly observe?: boolean;
}

/**
 * A trained model as the bytes of an ONNX file (IR 8, opset 17), for any batch and length:
 * tokens [batch, length] int64, positions [positions_batch, length] int64 (float32 where the encoder takes real
 * positions; positions_batch is 1 or the batch) → logits [batch, outputs], or [batch, length, outputs] for the
 * token head. The parameters keep their names. Metadata: `posenc.model` and `posenc.encoder`, as JSON.
 *
 * @throws TypeError, RangeError where a value is missing, unknown or of another size
 */
export function exportModel(
  model: Transformer,
  values: ParameterValues,
  { observe = false }: ExportModelOptions = {},
): Uint8Array {
  const { encoder, ...options } = model.options;
  const builder = graph({
    name: "transformer",
    metadata: {
      "posenc.model": JSON.stringify({ ...options, encoder: toJSON(encoder) }),
      "posenc.encoder": JSON.stringify(toJSON(encoder)),
    },
  });
  const edges = parameterEdges(builder, "exportModel", model.parameters, values);
  const tokens = builder.input("tokens", "int32", ["batch", "length"]);
  const positions = builder.input("positions", positionType(encoder), positionDims(encoder, "length"));
  const observed: [name: string, edge: Edge][] = [];
  const logits = model.forward(onnxOps(builder), edges, tokens, positions, (name, edge) => {
    observed.push([name, edge]);
  });
  const { head, outputs } = options;
  builder.output("logits", logits, head === "token" ? ["batch", "length", outputs] : ["batch", outputs]);
  if (observe) for (const [name, edge] of observed) builder.output(`observed.${name}`, edge);
  return builder.toBytes();
}
