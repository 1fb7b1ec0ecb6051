import { checks, type Encoder, tabulate, toJSON } from "@posenc/core";
import { checkLayout, type EncoderLayout, LAYOUT_OPTIONS, writeEncoder } from "./encoder-graphs.ts";
import { checkExportOptions, EXPORT_OPTIONS, type ExportOptions, file } from "./export-options.ts";
import { type ParameterValues, parameterEdges } from "./parameter-edges.ts";

export interface ExportEncoderOptions extends ExportOptions, EncoderLayout {
  /** A value for each of the encoder's parameters. Required where it has any. They stay float32. */
  readonly values?: ParameterValues;
}

/**
 * An encoder as the bytes of an ONNX file, for any batch and length:
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
 * last axis of coordinates where the encoder takes more than one. With `positions: "offset"` the inputs `offset` and
 * `key_offset` (int64, no axes) take their place, and lengths are those of x, q and k. With `attention`, q, k and v
 * [batch, heads, keys, value_dim] go in and y [batch, heads, queries, value_dim] comes out. The file names its encoder
 * and how it was exported in the metadata ({@link readEncoder}).
 *
 * @throws TypeError, RangeError for a bad option, or where a value is missing, unknown or of another size
 */
export function exportEncoder(encoder: Encoder, options: ExportEncoderOptions = {}): Uint8Array {
  checks.checkObject("exportEncoder", "encoder", encoder);
  checks.checkNames("exportEncoder", options, ["values", ...EXPORT_OPTIONS, ...LAYOUT_OPTIONS]);
  checkExportOptions("exportEncoder", options);
  checkLayout("exportEncoder", encoder, options);
  const { values, ...how } = options;
  const { maxPosition } = how;
  const metadata = {
    "posenc.encoder": JSON.stringify(toJSON(encoder)),
    ...(Object.keys(how).length > 0 && { "posenc.export": JSON.stringify(how) }),
  };
  const target = file(encoder.name, metadata, how);
  const prefix = `${encoder.name}.`;
  const edges = parameterEdges(target.graph, encoder.name, encoder.parameters, values, { prefix });
  const written = maxPosition === undefined ? encoder : tabulate(encoder, maxPosition);
  writeEncoder(written, target, edges, how);
  return target.graph.toBytes();
}
