import type { Pairing } from "../ops.ts";

/** What a config.json leaves to the code of its `model_type`. */
export interface RopeModel {
  /** "halves" unless given. */
  readonly pairing?: Pairing;
  /** `rope_theta` where the config has none; 10000 unless given. */
  readonly base?: number;
  /** Layers of the type "sliding_attention" are never scaled, and have this base, or that of the others. */
  readonly localBase?: number | "same";
  /** Length of a head where the config has none; hidden_size / num_attention_heads unless given. */
  readonly headDim?: number;
  /** … in layers of the type "full_attention". */
  readonly globalHeadDim?: number;
  readonly partialRotaryFactor?: number;
  readonly rotaryDim?: number;
  /** `rope_parameters` where the config has none. */
  readonly parameters?: object;
  /** One layer in so many has no RoPE, where the config lists none. */
  readonly noRopeLayerInterval?: number;
  /** Layers of these types have no RoPE. */
  readonly withoutRope?: readonly string[];
  /** … but have it where `sliding_window` is null. */
  readonly ropeWithoutWindow?: true;
  /** Which key counts out the types of layers, and its value, where the config has neither it nor a list. */
  readonly counts?: Readonly<Record<string, number>>;
}

const plain: RopeModel = {};
const interleaved: RopeModel = { pairing: "interleaved" };
const half: RopeModel = { partialRotaryFactor: 0.5 };
const quarter: RopeModel = { partialRotaryFactor: 0.25 };
const gemma: RopeModel = { headDim: 256 };
const gemma3: RopeModel = { ...gemma, base: 1e6, localBase: 1e4 };
const modernbert: RopeModel = { base: 160_000, localBase: 1e4, counts: { global_attn_every_n_layers: 3 } };
/** Only layers with a window have RoPE; one layer in four has none. */
const slidingOnly: RopeModel = { withoutRope: ["full_attention"], counts: { sliding_window_pattern: 4 } };
const llama31 = {
  rope_type: "llama3",
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 8192,
};

/** By `model_type`, as in transformers 5. A model that is missing here has to say everything itself. DeepSeek-V3
 * reads interleaved pairs and writes halves; queries and keys alike, so that no score changes. */
export const ropeModels: Readonly<Record<string, RopeModel>> = {
  apertus: { base: 12e6, parameters: llama31 },
  arcee: plain,
  aria_text: plain,
  bamba: half,
  bitnet: { base: 5e5 },
  chameleon: plain,
  codegen: { pairing: "interleaved", rotaryDim: 64 },
  cohere: { pairing: "interleaved", base: 5e5 },
  cohere2: { ...slidingOnly, pairing: "interleaved" },
  csm: { base: 5e5 },
  deepseek_v2: { pairing: "interleaved", headDim: 64 },
  deepseek_v3: { pairing: "interleaved", headDim: 64 },
  diffllama: plain,
  emu3_text_model: { base: 1e6 },
  ernie4_5: { pairing: "interleaved", base: 5e5, headDim: 128 },
  ernie4_5_moe: { pairing: "interleaved", base: 5e5 },
  eurobert: plain,
  exaone4: { ...slidingOnly, ropeWithoutWindow: true },
  falcon: plain,
  falcon_h1: plain,
  flex_olmo: { base: 5e5 },
  gemma,
  gemma2: gemma,
  gemma3_text: { ...gemma3, counts: { sliding_window_pattern: 6 } },
  gemma3n_text: { ...gemma3, counts: { sliding_window_pattern: 5 } },
  gemma4_text: {
    ...gemma,
    globalHeadDim: 512,
    parameters: {
      sliding_attention: { rope_type: "default", rope_theta: 1e4 },
      full_attention: { rope_type: "proportional", partial_rotary_factor: 0.25, rope_theta: 1e6 },
    },
  },
  glm: { pairing: "interleaved", partialRotaryFactor: 0.5, headDim: 128 },
  glm4: { pairing: "interleaved", partialRotaryFactor: 0.5, headDim: 128 },
  glm4_moe: half,
  glm4v_moe_text: half,
  glm4v_text: interleaved,
  gpt_neox: quarter,
  gpt_neox_japanese: plain,
  gpt_oss: {
    base: 150_000,
    headDim: 64,
    parameters: {
      rope_type: "yarn",
      factor: 32,
      original_max_position_embeddings: 4096,
      truncate: false,
    },
  },
  gptj: { pairing: "interleaved", rotaryDim: 64 },
  granite: plain,
  granitemoe: plain,
  helium: { pairing: "interleaved", base: 1e5, headDim: 128 },
  hunyuan_v1_dense: plain,
  hunyuan_v1_moe: plain,
  lfm2: { base: 1e6 },
  llama: plain,
  llama4_text: { pairing: "interleaved", base: 5e5, headDim: 128, noRopeLayerInterval: 4 },
  ministral: plain,
  ministral3: { headDim: 128 },
  mistral: plain,
  mixtral: { base: 1e6 },
  mllama_text_model: { base: 5e5 },
  modernbert,
  "modernbert-decoder": modernbert,
  moonshine: { pairing: "interleaved", partialRotaryFactor: 0.9 },
  nemotron: half,
  olmo: plain,
  olmo2: plain,
  olmo3: { base: 5e5, localBase: "same", counts: { sliding_window_pattern: 4 } },
  olmoe: plain,
  persimmon: half,
  phi: half,
  phi3: plain,
  phimoe: { base: 1e6 },
  qwen2: plain,
  qwen2_5_vl_text: { base: 1e6 },
  qwen2_moe: plain,
  qwen2_vl_text: { base: 1e6 },
  qwen3: { headDim: 128 },
  qwen3_5_moe_text: { ...quarter, headDim: 256 },
  qwen3_5_text: { ...quarter, headDim: 256 },
  qwen3_moe: plain,
  qwen3_next: { ...quarter, headDim: 256 },
  qwen3_vl_moe_text: { base: 5e5 },
  qwen3_vl_text: { base: 5e5, headDim: 128 },
  recurrent_gemma: { ...half, headDim: 256 },
  seed_oss: { headDim: 128 },
  smollm3: { base: 2e6, noRopeLayerInterval: 4 },
  stablelm: quarter,
  starcoder2: plain,
  vaultgemma: gemma,
};
