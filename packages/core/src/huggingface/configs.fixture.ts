/** The parts of published config.json files that the tests read. */

export const gpt2 = {
  model_type: "gpt2",
  n_ctx: 1024,
  n_embd: 768,
  n_head: 12,
  n_layer: 12,
  n_positions: 1024,
};
export const bert = {
  model_type: "bert",
  hidden_size: 768,
  max_position_embeddings: 512,
  num_attention_heads: 12,
  pad_token_id: 0,
  position_embedding_type: "absolute",
  type_vocab_size: 2,
};
export const roberta = {
  model_type: "roberta",
  hidden_size: 768,
  max_position_embeddings: 514,
  pad_token_id: 1,
};
export const opt = {
  model_type: "opt",
  hidden_size: 1024,
  max_position_embeddings: 2048,
  num_attention_heads: 16,
  word_embed_proj_dim: 512,
};
export const vit = { model_type: "vit", hidden_size: 768, image_size: 224, patch_size: 16, num_channels: 3 };
export const distilbert = {
  model_type: "distilbert",
  dim: 768,
  max_position_embeddings: 512,
  n_heads: 12,
  sinusoidal_pos_embds: false,
};
export const bloom = { model_type: "bloom", n_embed: 1024, n_head: 16, n_layer: 24, offset_alibi: 100 };
export const mpt = {
  model_type: "mpt",
  d_model: 4096,
  max_seq_len: 2048,
  n_heads: 32,
  learned_pos_emb: true,
  attn_config: { alibi: true, alibi_bias_max: 8, attn_impl: "torch", clip_qkv: null, prefix_lm: false },
};
export const falconRw = {
  model_type: "falcon",
  alibi: true,
  hidden_size: 2048,
  num_attention_heads: 32,
  parallel_attn: false,
};
export const falcon7b = { model_type: "falcon", alibi: false, hidden_size: 4544, num_attention_heads: 71 };
export const t5Small = {
  model_type: "t5",
  d_kv: 64,
  d_model: 512,
  is_encoder_decoder: true,
  n_positions: 512,
  num_heads: 8,
  relative_attention_num_buckets: 32,
};
export const deberta = {
  model_type: "deberta-v2",
  hidden_size: 768,
  num_attention_heads: 12,
  max_position_embeddings: 512,
  max_relative_positions: -1,
  norm_rel_ebd: "layer_norm",
  pos_att_type: "p2c|c2p",
  position_biased_input: false,
  position_buckets: 256,
  relative_attention: true,
  share_att_key: true,
};
export const llama2 = {
  model_type: "llama",
  hidden_size: 4096,
  max_position_embeddings: 4096,
  num_attention_heads: 32,
  num_hidden_layers: 32,
  rope_scaling: null,
};
