import { checks, composeFromJSON, fromJSON, type Registry } from "@posenc/core";
import { type Transformer, type TransformerOptions, tabulateModel, transformer } from "@posenc/model";
import type { CacheMask } from "./cache-tensors.ts";
import { checkTensorNames, modelTensors } from "./model-tensors.ts";
import { readFor } from "./read/read-model.ts";

export interface ReadTransformerOptions {
  /** Where the names of encoders are looked up; those of @posenc/core unless given. */
  readonly registry?: Registry;
}

export interface ExportedTransformer {
  readonly model: Transformer;
  /** The option `mask`, where it was exported with `cache`. */
  readonly cache: CacheMask | false;
  /** What an input or output is called in the file, by our name. */
  tensorName(name: string): string;
}

/**
 * The model that `exportModel` wrote to a file, by the file's metadata; with tables where it was given `maxPosition`. The values of its parameters stay there.
 *
 * @throws TypeError, RangeError where the file is no ONNX file, was not written by `exportModel`, or says what is not so
 */
export function readTransformer(
  bytes: Uint8Array,
  { registry }: ReadTransformerOptions = {},
): ExportedTransformer {
  const who = "readTransformer";
  const { graph, metadataProps } = readFor(who, bytes);
  const metadata = new Map(metadataProps.map(({ key, value }) => [key, value]));
  const given = metadata.get("posenc.model");
  if (given === undefined) {
    throw new RangeError(`${who}: the file must have posenc.model in its metadata, as exportModel writes it`);
  }
  const { encoder, ...options } = parse(who, "posenc.model", given);
  const { name } = checks.checkObject(who, "posenc.model.encoder", encoder);
  const made = name === "compose" ? composeFromJSON(encoder, registry) : fromJSON(encoder, registry);
  // checked before anything is made for each block
  checks.checkCount(who, "posenc.model.blocks", options.blocks, 1, Math.max(graph!.initializer.length, 1));
  const model = transformer({ ...options, encoder: made } as unknown as TransformerOptions);

  const how = parse(who, "posenc.export", metadata.get("posenc.export") ?? "{}");
  const names = checks.checkObject(who, "posenc.export.names", how.names ?? {});
  const { blocks } = model.options;
  checkTensorNames(who, names, modelTensors(blocks, "pairs"));
  const tensorName = (name: string) => (names[name] as string | undefined) ?? name;
  const found = new Set([...graph!.input, ...graph!.output].map(({ name }) => name));
  const mask = found.has(tensorName("past.positions")) ? "pairs" : "padding";
  const cache = found.has(tensorName("past.0.key")) && mask;
  const missing = modelTensors(blocks, cache).find((name) => !found.has(tensorName(name)));
  if (missing !== undefined) {
    throw new RangeError(
      `${who}: the file must have ${checks.show(tensorName(missing))}, as its metadata says`,
    );
  }
  return { model: tabulateModel(model, how.maxPosition as number | undefined), cache, tensorName };
}

function parse(who: string, entry: string, text: string): Record<string, unknown> {
  try {
    return checks.checkObject(who, entry, JSON.parse(text));
  } catch (error) {
    throw new RangeError(`${who}: ${entry} must be JSON of an object: ${(error as Error).message}`);
  }
}
