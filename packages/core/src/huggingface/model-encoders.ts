import type { AdditiveEncoder, BiasEncoder, ContentEncoder } from "../encoder.ts";
import { alibi, alibiSlopes } from "../encoders/alibi.ts";
import { deberta as debertaAttention } from "../encoders/deberta.ts";
import { learned } from "../encoders/learned.ts";
import { sinusoidal } from "../encoders/sinusoidal.ts";
import { t5 } from "../encoders/t5.ts";
import type { ConfigReader } from "./config-reader.ts";

/** What a model adds for positions. */
export interface AddedEncoders {
  /** Added to the embeddings of the tokens (of the patches, in a vision model). */
  readonly embeddings?: AdditiveEncoder;
  /** Added to the scores in every layer; in the encoder, where a model has both. */
  readonly attention?: BiasEncoder | ContentEncoder;
  /** In the decoder of a model that has both. Nothing is added in its cross-attention. */
  readonly decoderAttention?: BiasEncoder;
  /**
   * Where a checkpoint has the parameters, by the field above: the end of a tensor's name, as
   * {@link fillParameters} takes it.
   */
  readonly tensors?: Readonly<Partial<Record<"embeddings" | "attention" | "decoderAttention", string>>>;
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
  (config) => {
    const [image, patch] = [config.pair("image_size"), config.pair("patch_size")];
    const [rows, columns] = image.map((size, axis) => Math.floor(size / patch[axis]!)) as [number, number];
    if (rows * columns === 0) config.fail("patch_size", "at most image_size");
    const dim = config.count("hidden_size");
    return table("embeddings.position_embeddings", learned({ dim, maxLength: rows * columns + before }));
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

/** T5 does not divide its products by √d_kv: where the model does, multiply its query weights by that. */
const t5Family: Family = (config) => {
  config.ignore("n_positions", "max_position_embeddings");
  const options = {
    heads: config.count(["num_heads", "num_attention_heads"]),
    numBuckets: config.count("relative_attention_num_buckets", 32),
    maxDistance: config.count("relative_attention_max_distance", 128),
  };
  const attention = t5(options);
  const tensor = (stack: string) => `${stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`;
  if (!config.flag("is_encoder_decoder", true))
    return { attention, tensors: { attention: tensor("encoder") } };
  return {
    attention,
    decoderAttention: t5({ ...options, direction: "causal" }),
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
  t5: t5Family,
  mt5: t5Family,
  deberta,
  "deberta-v2": deberta,
};
