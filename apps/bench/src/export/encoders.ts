import {
  checks,
  type Encoder,
  encodersFromConfig,
  fromJSON,
  type ModelEncoders,
  type RopeConfigOptions,
  encoders as registry,
  ropeFromConfig,
} from "@posenc/core";
import { readFileOf } from "../files.ts";
import type { Source } from "./options.ts";

/** An encoder to be written to a file of its own. */
export interface Found {
  /** Where it is in a model, or the encoder's name where there is no model. */
  readonly place: string;
  readonly encoder: Encoder;
  /** What its table is called in a checkpoint of the model. */
  readonly tensor?: string;
  /** What the encoder does not do of what the config asks for. */
  readonly notes: readonly string[];
}

const FIELDS = [
  "embeddings",
  "decoderEmbeddings",
  "visionEmbeddings",
  "attention",
  "decoderAttention",
] as const;

/** @throws TypeError, RangeError for a bad encoder or config; Error where a file cannot be read */
export function findEncoders(source: Source): Found[] {
  if ("config" in source) return ofConfig(readJson("--config", source.config), source.options);
  const json =
    "json" in source ? readJson("--json", source.json) : { name: source.encoder, options: source.options };
  const encoder = fromJSON(json, registry);
  return [{ place: encoder.name, encoder, notes: [] }];
}

function readJson(flag: string, path: string): unknown {
  const text = new TextDecoder().decode(readFileOf("export", flag, path));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RangeError(`export: ${flag} must be a file with JSON: ${(error as Error).message}`);
  }
}

function ofConfig(config: unknown, options: RopeConfigOptions): Found[] {
  const { model_type } = checks.checkObject("export", "--config", config);
  const found: ModelEncoders =
    model_type === undefined
      ? { rope: ropeFromConfig(config, options) }
      : encodersFromConfig(config, options);
  const rope = found.rope ? rotations(found.rope, options) : [];
  const added = FIELDS.flatMap((place): Found[] => {
    const encoder = found.rope && place === "attention" ? undefined : found[place];
    if (encoder === undefined) return [];
    const tensor = found.tensors?.[place];
    const notes = found.parametersPerLayer
      ? ["each layer has parameters of its own: these are one layer's"]
      : [];
    return [{ place, encoder, ...(tensor !== undefined && { tensor }), notes }];
  });
  return [...added, ...rope];
}

function rotations(
  { encoder, byLayerType, layers, multimodal, queryScaling }: NonNullable<ModelEncoders["rope"]>,
  { layerType }: RopeConfigOptions,
): Found[] {
  const without = layers?.flatMap((layer, i) => (layer === null ? [i] : [])) ?? [];
  const notes = [
    ...(multimodal
      ? ["positions of images have three axes, which is mrope's affair: this one is for text"]
      : []),
    ...(queryScaling
      ? ["the model also multiplies queries by a factor of their position: not in this file"]
      : []),
    ...(without.length > 0 ? [`layers without it: ${without.join(", ")}`] : []),
  ];
  const types = Object.entries(byLayerType);
  if (types.length === 0 || layerType !== undefined)
    return [{ place: layerType ?? "attention", encoder, notes }];
  return types.map(([type, encoder]) => ({ place: type, encoder, notes }));
}
