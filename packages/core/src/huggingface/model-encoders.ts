import type { AdditiveEncoder, BiasEncoder, ContentEncoder } from "../encoder.ts";
import { alibi, alibiSlopes } from "../encoders/alibi.ts";
import { deberta as debertaAttention } from "../encoders/deberta.ts";
import { learned } from "../encoders/learned.ts";
import { sinusoidal } from "../encoders/sinusoidal.ts";
import { t5 } from "../encoders/t5.ts";
import type { ConfigReader } from "./config-reader.ts";
import { patchTable } from "./patch-table.ts";

/** Where an encoder with parameters may be. */
export type EncoderField =
  | "embeddings"
  | "decoderEmbeddings"
  | "visionEmbeddings"
  | "attention"
  | "decoderAttention";

/** What a model adds for positions. */
export interface AddedEncoders {
  /** Added to the embeddings of the tokens (of the patches, in a vision model). */
  readonly embeddings?: AdditiveEncoder;
  /** In the decoder of a model that has both; the same kind of table may be another one. */
  readonly decoderEmbeddings?: AdditiveEncoder;
  /** Added to the patches of a model with a tower for text and one for images; `embeddings` is that of text. */
  readonly visionEmbeddings?: AdditiveEncoder;
  /** Added to the scores in every layer; in the encoder, where a model has both. */
  readonly attention?: BiasEncoder | ContentEncoder;
  /** In the decoder of a model that has both. Nothing is added in its cross-attention. */
  readonly decoderAttention?: BiasEncoder;
  /** True where each layer has parameters of its own for what acts in attention; `tensors` names those of layer 0. */
  readonly parametersPerLayer?: true;
  /**
   * Where a checkpoint has the parameters, by the field above: the end of a tensor's name, as
   * {@link fillParameters} takes it.
   */
  readonly tensors?: Readonly<Partial<Record<EncoderField, string>>>;
}

type Added = (config: ConfigReader) => AddedEncoders;
/** Undefined for a model that rotates instead. */
type Family = (config: ConfigReader) => AddedEncoders | undefined;

const table = (tensor: string, embeddings: AdditiveEncoder): AddedEncoders => ({
  embeddings,
  tensors: { embeddings: tensor },
});

const WPE = "wpe.weight";
const BERT = "embeddings.position_embeddings.weight";

const gpt2: Added = (config) =>
  table(
    WPE,
    learned({
      dim: config.count(["n_embd", "hidden_size"]),
      maxLength: config.count(["n_positions", "n_ctx", "max_position_embeddings"]),
    }),
  );

const openaiGpt: Family = (config) => ({
  ...gpt2(config),
  tensors: { embeddings: "positions_embed.weight" },
});

/** BERT's sizes. */
function absoluteSizes(config: ConfigReader, dim = "hidden_size") {
  const types = ["absolute", "relative_key", "relative_key_query"] as const;
  if (config.oneOf("position_embedding_type", types, "absolute") !== "absolute") {
    config.fail(
      "position_embedding_type",
      '"absolute" (the others multiply vectors of distances with queries and keys)',
    );
  }
  return { dim: config.count(dim), maxLength: config.count("max_position_embeddings") };
}

const absolute =
  (tensor: string): Family =>
  (config) =>
    table(tensor, learned(absoluteSizes(config)));

/** The first token stands in the row after that of the padding token; the rows before have no position. */
const roberta: Family = (config) =>
  table(BERT, learned({ ...absoluteSizes(config), offset: config.count("pad_token_id", 1, 0) + 1 }));

/** The embeddings of ELECTRA and ALBERT may be narrower than their layers. */
const electra: Family = (config) => {
  const width = config.has("embedding_size") ? "embedding_size" : "hidden_size";
  return table(BERT, learned(absoluteSizes(config, width)));
};

const distilbert: Family = (config) => {
  const [dim, maxLength] = [config.count(["dim", "hidden_size"]), config.count("max_position_embeddings")];
  if (!config.flag("sinusoidal_pos_embds", false)) return table(BERT, learned({ dim, maxLength }));
  return { embeddings: sinusoidal({ dim }) };
};

/** Two rows come before that of position 0; `max_position_embeddings` does not count them. */
const opt: Family = (config) => {
  const maxLength = config.count("max_position_embeddings") + 2;
  return table(
    "decoder.embed_positions.weight",
    learned({ dim: config.count("hidden_size"), maxLength, offset: 2 }),
  );
};

/** `before` tokens stand before the patches, which come row by row. */
const vit =
  (before: number): Family =>
  (config) =>
    table("embeddings.position_embeddings", patchTable(config, { before }));

const POSITION_EMBEDDING = "embeddings.position_embedding.weight";

/** A tower for text and one for images, whose sizes a config may leave to the code. */
interface Towers {
  readonly text: { readonly dim: number; readonly maxLength: number };
  readonly vision: {
    readonly before: number;
    readonly dim: number;
    readonly image: number;
    readonly patch: number;
  };
}

const clip: Towers = {
  text: { dim: 512, maxLength: 77 },
  vision: { before: 1, dim: 768, image: 224, patch: 32 },
};
const siglip: Towers = {
  text: { dim: 768, maxLength: 64 },
  vision: { before: 0, dim: 768, image: 224, patch: 16 },
};

const textTable = (config: ConfigReader, { text }: Towers): AdditiveEncoder =>
  learned({
    dim: config.count("hidden_size", text.dim),
    maxLength: config.count("max_position_embeddings", text.maxLength),
  });

const textTower =
  (towers: Towers): Family =>
  (config) =>
    table(POSITION_EMBEDDING, textTable(config, towers));

const visionTower =
  ({ vision }: Towers): Family =>
  (config) =>
    table(POSITION_EMBEDDING, patchTable(config, vision));

const twoTowers =
  (towers: Towers): Family =>
  (config) => {
    return {
      embeddings: textTable(config.section("text_config", {}), towers),
      visionEmbeddings: patchTable(config.section("vision_config", {}), towers.vision),
      tensors: {
        embeddings: `text_model.${POSITION_EMBEDDING}`,
        visionEmbeddings: `vision_model.${POSITION_EMBEDDING}`,
      },
    };
  };

/** A table for each stack. As in OPT, two rows come before that of position 0. */
const bart: Family = (config) => {
  const make = () =>
    learned({
      dim: config.count(["d_model", "hidden_size"]),
      maxLength: config.count("max_position_embeddings") + 2,
      offset: 2,
    });
  return {
    embeddings: make(),
    decoderEmbeddings: make(),
    tensors: {
      embeddings: "encoder.embed_positions.weight",
      decoderEmbeddings: "decoder.embed_positions.weight",
    },
  };
};

/** Sinusoids for the frames of sound, a table for the tokens of text. */
const whisper: Family = (config) => {
  const dim = config.count(["d_model", "hidden_size"]);
  config.count("max_source_positions", 1500);
  return {
    embeddings: sinusoidal({ dim, layout: "concatenated", exponent: "tensor2tensor" }),
    decoderEmbeddings: learned({ dim, maxLength: config.count("max_target_positions", 448) }),
    tensors: { decoderEmbeddings: "decoder.embed_positions.weight" },
  };
};

/** The same sinusoids in both stacks: all sines, then all cosines. */
const marian: Family = (config) => {
  config.ignore("max_position_embeddings", "static_position_embeddings");
  const make = () =>
    sinusoidal({ dim: config.count(["d_model", "hidden_size"]), layout: "concatenated", oddDim: "sine" });
  return { embeddings: make(), decoderEmbeddings: make() };
};

const bloom: Family = (config) => {
  config.ignore("offset_alibi");
  return { attention: alibi({ heads: config.count(["n_head", "num_attention_heads"]) }) };
};

/** Falcon adds the bias before it divides by √(length of a head), so its slopes are smaller by that. */
const falcon: Family = (config) => {
  if (!config.flag("alibi", false)) return undefined;
  config.ignore("max_position_embeddings");
  const heads = config.count(["num_attention_heads", "n_head"]);
  const width = config.count("hidden_size");
  if (width % heads !== 0) config.fail("hidden_size", `a multiple of ${heads} heads`);
  const root = Math.sqrt(width / heads);
  return { attention: alibi({ heads, slopes: alibiSlopes(heads).map((slope) => slope / root) }) };
};

/** `learned_pos_emb` counts only without ALiBi. */
const mpt: Family = (config) => {
  const attention = config.section("attn_config");
  if (attention.flag("rope", false)) attention.fail("rope", "false");
  attention.ignore("rope_theta", "rope_impl", "rope_dail_config", "rope_hf_config");
  const heads = config.count(["n_heads", "num_attention_heads"]);
  const learns = config.flag("learned_pos_emb", true);
  const most = attention.positive("alibi_bias_max", 8);
  if (attention.flag("alibi", true)) {
    if (most === 8) return { attention: alibi({ heads }) };
    return { attention: alibi({ heads, slopes: alibiSlopes(heads).map((slope) => slope ** (most / 8)) }) };
  }
  if (!learns) config.fail("learned_pos_emb", "true where attn_config.alibi is false");
  return table(
    WPE,
    learned({ dim: config.count(["d_model", "hidden_size"]), maxLength: config.count("max_seq_len") }),
  );
};

/**
 * T5 does not divide its products by √d_kv: where the model does, multiply its query weights by that. T5 and mT5 share
 * the table of the first layer; `everyLayer` has one of its own (umT5), of which `tensors` names the first.
 */
const t5Family =
  (everyLayer = false): Family =>
  (config) => {
    config.ignore("n_positions", "max_position_embeddings");
    const options = {
      heads: config.count(["num_heads", "num_attention_heads"]),
      numBuckets: config.count("relative_attention_num_buckets", 32),
      maxDistance: config.count("relative_attention_max_distance", 128),
    };
    const attention = t5(options);
    const tensor = (stack: string) => `${stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`;
    const layers = everyLayer ? { parametersPerLayer: true as const } : {};
    if (!config.flag("is_encoder_decoder", true)) {
      return { attention, ...layers, tensors: { attention: tensor("encoder") } };
    }
    return {
      attention,
      decoderAttention: t5({ ...options, direction: "causal" }),
      ...layers,
      tensors: { attention: tensor("encoder"), decoderAttention: tensor("decoder") },
    };
  };

/** DeBERTa-v2 and v3 leave out positions at the input; where they do not, these are BERT's. */
const disentangled: Added = (config) => {
  const heads = config.count("num_attention_heads");
  const types = config.words("pos_att_type", ["c2p", "p2c"]);
  const most = config.count("max_position_embeddings");
  const buckets = config.countOrNone("position_buckets");
  config.ignore("share_att_key");
  return {
    ...(config.flag("position_biased_input", true) && absolute(BERT)(config)),
    attention: debertaAttention({
      heads,
      dim: config.count("hidden_size") / heads,
      ...(buckets !== undefined && { positionBuckets: buckets }),
      maxRelativePositions: config.countOrNone("max_relative_positions") ?? most,
      contentToPosition: types.includes("c2p"),
      positionToContent: types.includes("p2c"),
    }),
  };
};

/** Without relative attention DeBERTa is BERT. */
const deberta: Family = (config) => {
  if (config.flag("relative_attention", false)) return disentangled(config);
  config.ignore("max_relative_positions", "position_buckets", "pos_att_type");
  if (!config.flag("position_biased_input", true)) {
    config.fail("position_biased_input", "true where relative_attention is false");
  }
  return absolute(BERT)(config);
};

/** By `model_type`. */
export const families: Readonly<Record<string, Family>> = {
  gpt2,
  gpt_bigcode: gpt2,
  "openai-gpt": openaiGpt,
  gpt_neo: absolute(WPE),
  bert: absolute(BERT),
  albert: electra,
  electra,
  roberta,
  camembert: roberta,
  "xlm-roberta": roberta,
  distilbert,
  opt,
  vit: vit(1),
  deit: vit(2),
  bloom,
  mpt,
  falcon,
  t5: t5Family(),
  mt5: t5Family(),
  umt5: t5Family(true),
  bart,
  mbart: bart,
  whisper,
  marian,
  pegasus: marian,
  clip: twoTowers(clip),
  clip_text_model: textTower(clip),
  clip_vision_model: visionTower(clip),
  siglip: twoTowers(siglip),
  siglip_text_model: textTower(siglip),
  siglip_vision_model: visionTower(siglip),
  deberta,
  "deberta-v2": deberta,
};
