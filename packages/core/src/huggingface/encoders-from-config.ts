import { show } from "../checks.ts";
import type { BiasEncoder, ContentEncoder, RotaryEncoder } from "../encoder.ts";
import { type ConfigReader, configReader } from "./config-reader.ts";
import { type AddedEncoders, families } from "./model-encoders.ts";
import { type ConfiguredRope, type RopeConfigOptions, ropeFromConfig } from "./rope-from-config.ts";
import { ropeModels } from "./rope-models.ts";

export interface ModelEncoders extends Omit<AddedEncoders, "attention"> {
  /**
   * What acts in attention, in every layer; in the encoder, where a model has both. Left out where layers differ
   * and where positions have several axes: `rope` has these.
   */
  readonly attention?: RotaryEncoder | BiasEncoder | ContentEncoder;
  /** Of a model with RoPE: all that {@link ropeFromConfig} found. */
  readonly rope?: ConfiguredRope;
}

const WHO = "encodersFromConfig";

/** Other spellings of a `model_type`. */
const RENAMED: Readonly<Record<string, string>> = { RefinedWeb: "falcon", RefinedWebModel: "falcon" };

/** What no model with RoPE has beside it. */
const NOT_WITH_ROPE = [
  "relative_attention",
  "relative_attention_num_buckets",
  "relative_attention_max_distance",
  "position_buckets",
  "pos_att_type",
  "learned_pos_emb",
  "sinusoidal_pos_embds",
];

/**
 * The position encoders of a published model, from its config.json.
 *
 * - Learned tables, in `embeddings`: GPT-2, GPT-Neo, GPT, BERT, ALBERT, ELECTRA, DistilBERT, RoBERTa (positions
 *   begin in the row after the padding token's), OPT (in row 2), ViT and DeiT (the class token stands at position
 *   0, then the patches row by row).
 * - BART and mBART (in row 2), Whisper (sinusoids for sound, a table for text), Marian and Pegasus (sinusoids), in
 *   `embeddings` and `decoderEmbeddings`.
 * - CLIP and SigLIP, in `embeddings` and `visionEmbeddings`; in `embeddings` where a config is that of one tower.
 * - ALiBi, in `attention`: Bloom, MPT, Falcon with `alibi`.
 * - DeBERTa's disentangled attention, in `attention`, where `relative_attention` is true.
 * - T5's buckets, in `attention` and `decoderAttention`: T5, mT5, umT5 (a table for each layer).
 * - RoPE, in `rope` and `attention`: any other model whose config {@link ropeFromConfig} understands.
 *
 * Learned values are not in a config: `fillParameters` takes them from a checkpoint, under the names in `tensors`.
 *
 * Every key on positions is read. One that the model does not have, or that contradicts another, is an error.
 * BERT with a relative `position_embedding_type` is an error too.
 *
 * @param options for RoPE, as `ropeFromConfig` takes them
 * @throws TypeError, RangeError naming the key, the value and what was expected
 */
export function encodersFromConfig(config: unknown, options: RopeConfigOptions = {}): ModelEncoders {
  const reader = configReader(WHO, config);
  const stated = reader.text("model_type");
  const model = Object.hasOwn(RENAMED, stated) ? RENAMED[stated]! : stated;
  const family = Object.hasOwn(families, model) ? families[model]! : undefined;
  if (family === undefined && !mayHaveRope(config as object, model)) {
    const known = Object.keys(families).join(", ");
    throw new RangeError(
      `${WHO}: model_type must be one of ${known}, or that of a model with RoPE, got ${show(model)}`,
    );
  }
  const added = family?.(reader);
  if (added === undefined) return turned({ ...(config as object), model_type: model }, reader, options);
  reader.finish(model);
  return added;
}

/** Whether the model, or a key, says that it rotates. */
function mayHaveRope(config: object, model: string): boolean {
  const says = (key: string) => key === "text_config" || /rope|rotary/i.test(key);
  return Object.hasOwn(ropeModels, model) || Object.keys(config).some(says);
}

function turned(config: unknown, reader: ConfigReader, options: RopeConfigOptions): ModelEncoders {
  for (const key of NOT_WITH_ROPE) {
    if (reader.has(key) && (config as Record<string, unknown>)[key] !== false) {
      reader.fail(key, "left out beside RoPE");
    }
  }
  const rope = ropeFromConfig(config, options);
  const { byLayerType, encoder, layers, multimodal } = rope;
  const alike = Object.keys(byLayerType).length === 0 && layers?.includes(null) !== true;
  return { ...(alike && !multimodal && { attention: encoder }), rope };
}
