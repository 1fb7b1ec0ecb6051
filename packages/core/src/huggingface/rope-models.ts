import type { Pairing } from "../ops.ts";

/** What a config.json leaves to the code of its `model_type`. */
export interface RopeModel {
  /** "halves" unless given. */
  readonly pairing?: Pairing;
  readonly partialRotaryFactor?: number;
  readonly rotaryDim?: number;
  /** One layer in so many has no RoPE, where the config lists none. */
  readonly noRopeLayerInterval?: number;
  /** Layers of these types have no RoPE. */
  readonly withoutRope?: readonly string[];
}

const plain: RopeModel = {};
const interleaved: RopeModel = { pairing: "interleaved" };

/** By `model_type`, as in transformers 5. A model that is missing here has to say everything itself. DeepSeek-V3
 * reads interleaved pairs and writes halves; queries and keys alike, so that no score changes. */
export const ropeModels: Readonly<Record<string, RopeModel>> = {
  codegen: { pairing: "interleaved", rotaryDim: 64 },
  cohere: interleaved,
  cohere2: { pairing: "interleaved", withoutRope: ["full_attention"] },
  deepseek_v2: interleaved,
  deepseek_v3: interleaved,
  ernie4_5: interleaved,
  ernie4_5_moe: interleaved,
  falcon: plain,
  gemma: plain,
  gemma2: plain,
  gemma3_text: plain,
  gemma4_text: plain,
  glm: { pairing: "interleaved", partialRotaryFactor: 0.5 },
  glm4: { pairing: "interleaved", partialRotaryFactor: 0.5 },
  glm4_moe: { partialRotaryFactor: 0.5 },
  gpt_neox: { partialRotaryFactor: 0.25 },
  gpt_neox_japanese: plain,
  gpt_oss: plain,
  gptj: { pairing: "interleaved", rotaryDim: 64 },
  granite: plain,
  helium: interleaved,
  llama: plain,
  llama4_text: { pairing: "interleaved", noRopeLayerInterval: 4 },
  mistral: plain,
  mixtral: plain,
  modernbert: plain,
  nemotron: { partialRotaryFactor: 0.5 },
  olmo: plain,
  olmo2: plain,
  persimmon: { partialRotaryFactor: 0.5 },
  phi: { partialRotaryFactor: 0.5 },
  phi3: plain,
  qwen2: plain,
  qwen2_moe: plain,
  qwen3: plain,
  qwen3_moe: plain,
  qwen3_next: { partialRotaryFactor: 0.25 },
  smollm3: { noRopeLayerInterval: 4 },
  stablelm: { partialRotaryFactor: 0.25 },
  starcoder2: plain,
};
