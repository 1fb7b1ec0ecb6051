import { checks, type Encoder, fromJSON, type Registry, sizeOf } from "@posenc/core";
import {
  TensorProto_DataLocation as Location,
  type TensorProto,
  TensorProto_DataType as TensorType,
} from "onnx-buf";
import type { ExportEncoderOptions } from "./export-encoder.ts";
import { fromFloat16Bits } from "./float16.ts";
import { readFor } from "./read/read-model.ts";

export interface ReadEncoderOptions {
  /** Where the names of encoders are looked up; those of @posenc/core unless given. */
  readonly registry?: Registry;
}

export interface ExportedEncoder {
  readonly encoder: Encoder;
  /** How the file was written, with the values of the encoder's parameters: `exportEncoder(encoder, options)` gives the same bytes. */
  readonly options: ExportEncoderOptions & { readonly values: Readonly<Record<string, Float32Array>> };
}

/**
 * The encoder that `exportEncoder` wrote to a file, by the file's metadata. Of a model's file: the model's encoder.
 *
 * @throws TypeError, RangeError where the file is no ONNX file, names no encoder, or lacks its parameters
 */
export function readEncoder(bytes: Uint8Array, { registry }: ReadEncoderOptions = {}): ExportedEncoder {
  const who = "readEncoder";
  const { graph, metadataProps } = readFor(who, bytes);
  const metadata = new Map(metadataProps.map(({ key, value }) => [key, value]));
  const given = metadata.get("posenc.encoder");
  if (given === undefined) {
    throw new RangeError(
      `${who}: the file must have posenc.encoder in its metadata, as exportEncoder writes it`,
    );
  }
  const json = parse(who, "posenc.encoder", given);
  if (json.name === "compose") {
    throw new RangeError(`${who}: the file must have one encoder, got several; readTransformer reads them`);
  }
  const encoder = fromJSON(json, registry);
  const prefix = metadata.has("posenc.model") ? "encoder." : `${encoder.name}.`;
  const tensors = new Map(graph!.initializer.map((tensor) => [tensor.name, tensor]));
  const values = Object.entries(encoder.parameters).map(([name, { shape }]) => {
    const tensor = tensors.get(prefix + name);
    return [name, numbersOf(who, prefix + name, tensor, shape)] as const;
  });
  const options = parse(who, "posenc.export", metadata.get("posenc.export") ?? "{}");
  return { encoder, options: { values: Object.fromEntries(values), ...options } };
}

function numbersOf(
  who: string,
  name: string,
  tensor: TensorProto | undefined,
  shape: readonly number[],
): Float32Array {
  const refuse = (got: string) =>
    new RangeError(`${who}: the file must have ${name} with shape [${shape.join(", ")}], got ${got}`);
  if (tensor === undefined) throw refuse("none");
  const { dataLocation, dataType, dims, rawData } = tensor;
  if (dataLocation === Location.EXTERNAL) throw refuse("a tensor in another file");
  const width = dataType === TensorType.FLOAT ? 4 : dataType === TensorType.FLOAT16 ? 2 : 0;
  const sizes = dims.map(Number);
  if (width === 0 || String(sizes) !== String(shape) || rawData.length !== width * sizeOf(shape)) {
    throw refuse(
      `type ${TensorType[dataType] ?? dataType}, shape [${sizes.join(", ")}], ${rawData.length} bytes`,
    );
  }
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  const count = sizeOf(shape);
  if (width === 4) return Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true));
  return fromFloat16Bits(Uint16Array.from({ length: count }, (_, i) => view.getUint16(2 * i, true)));
}

/** @throws RangeError where `text` is no JSON of an object */
function parse(who: string, entry: string, text: string): Record<string, unknown> {
  try {
    return checks.checkObject(who, entry, JSON.parse(text));
  } catch (error) {
    throw new RangeError(`${who}: ${entry} must be JSON of an object: ${(error as Error).message}`);
  }
}
