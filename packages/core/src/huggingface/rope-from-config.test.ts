import { describe, expect, test } from "vitest";
import { type RopeConfigOptions, ropeFromConfig } from "./rope-from-config.ts";

const llama = { hidden_size: 64, num_attention_heads: 4, max_position_embeddings: 4096, rope_theta: 500_000 };
const optionsOf = (config: unknown, options?: RopeConfigOptions) =>
  ropeFromConfig(config, options).encoder.options;
const plain = { dim: 16, rotaryDim: 16, base: 500_000, pairing: "halves", offset: 0, positions: "index" };

describe("sizes", () => {
  test("hidden size by heads, and a head_dim of its own", () => {
    expect(optionsOf(llama)).toEqual(plain);
    expect(optionsOf({ ...llama, head_dim: 32 })).toMatchObject({ dim: 32, rotaryDim: 32 });
    expect(optionsOf({ ...llama, qk_rope_head_dim: 8, head_dim: 24 })).toMatchObject({ dim: 8 });
  });

  test("partial rotation in every spelling", () => {
    expect(optionsOf({ ...llama, partial_rotary_factor: 0.5 })).toMatchObject({ dim: 16, rotaryDim: 8 });
    const neox = { hidden_size: 64, num_attention_heads: 4, rotary_pct: 0.25, rotary_emb_base: 20_000 };
    expect(optionsOf(neox)).toMatchObject({ rotaryDim: 4, base: 20_000 });
    const nested = { ...llama, rope_parameters: { rope_type: "default", partial_rotary_factor: 0.5 } };
    expect(optionsOf(nested)).toMatchObject({ rotaryDim: 8 });
    const gptj = { model_type: "gptj", n_embd: 4096, n_head: 16, rotary_dim: 32 };
    expect(optionsOf(gptj)).toMatchObject({ dim: 256, rotaryDim: 32, base: 10_000, pairing: "interleaved" });
    expect(optionsOf({ ...gptj, rotary_dim: null })).toMatchObject({ rotaryDim: 256 });
    expect(optionsOf({ model_type: "gptj", n_embd: 4096, n_head: 16 })).toMatchObject({ rotaryDim: 64 });
  });

  test("the text model of a multimodal config", () => {
    expect(optionsOf({ text_config: llama, vision_config: { hidden_size: 1 } })).toEqual(plain);
  });
});

test("the pairing: by model_type, by the config, by the caller", () => {
  expect(optionsOf({ ...llama, model_type: "cohere" })).toMatchObject({ pairing: "interleaved" });
  expect(optionsOf({ ...llama, model_type: "no such" })).toMatchObject({ pairing: "halves" });
  const deepseek = { ...llama, model_type: "deepseek_v3" };
  expect(optionsOf(deepseek)).toMatchObject({ pairing: "interleaved" });
  expect(optionsOf({ ...deepseek, rope_interleave: false })).toMatchObject({ pairing: "halves" });
  expect(optionsOf(deepseek, { pairing: "halves" })).toMatchObject({ pairing: "halves" });
});

describe("scaling", () => {
  const scalingOf = (rope_scaling: object, rest: object = {}, options?: RopeConfigOptions) =>
    optionsOf({ ...llama, rope_scaling, ...rest }, options).scaling;

  test("type or rope_type, su for longrope", () => {
    const linear = { type: "linear", factor: 4 };
    expect(scalingOf({ type: "linear", factor: 4 })).toEqual(linear);
    expect(scalingOf({ rope_type: "linear", factor: 4 })).toEqual(linear);
    expect(scalingOf({ rope_type: "linear", type: "linear", factor: 4 })).toEqual(linear);
    const factors = { short_factor: Array(8).fill(1), long_factor: Array(8).fill(2) };
    expect(scalingOf({ type: "su", ...factors }, { original_max_position_embeddings: 1024 })).toEqual({
      type: "longrope",
      shortFactor: factors.short_factor,
      longFactor: factors.long_factor,
      originalMaxPositionEmbeddings: 1024,
      maxPositionEmbeddings: 4096,
    });
  });

  test("the length in force", () => {
    const dynamic = { type: "dynamic", factor: 2 };
    const known = { type: "dynamic", factor: 2, maxPositionEmbeddings: 4096 };
    expect(scalingOf(dynamic)).toEqual(known);
    expect(scalingOf(dynamic, {}, { length: 5000 })).toEqual({ ...known, length: 5000 });
    expect(ropeFromConfig({ ...llama, rope_scaling: dynamic }).encoder.cacheSafe).toBe(false);
  });

  test("yarn: no factor is how far the length is stretched; null is nothing", () => {
    const yarn = { type: "yarn", factor: null, original_max_position_embeddings: 1024, beta_fast: null };
    expect(scalingOf(yarn)).toMatchObject({ type: "yarn", factor: 4, originalMaxPositionEmbeddings: 1024 });
  });

  test("PhiMoE: an attention factor for short sequences and one for long ones", () => {
    const block = {
      type: "longrope",
      short_factor: Array(8).fill(1),
      long_factor: Array(8).fill(2),
      short_mscale: 1.25,
      long_mscale: 1.5,
      original_max_position_embeddings: 1024,
    };
    expect(scalingOf(block)).toMatchObject({ attentionFactor: 1.25 });
    expect(scalingOf(block, {}, { length: 1025 })).toMatchObject({ attentionFactor: 1.5 });
  });

  test("sections of a multimodal model are kept beside the encoder of text", () => {
    const block = { type: "mrope", mrope_section: [2, 3, 3] };
    const { encoder, multimodal } = ropeFromConfig({ ...llama, rope_scaling: block });
    expect(encoder.options).toEqual(plain);
    expect(multimodal).toEqual({ sections: [2, 3, 3], interleaved: false });
  });
});

describe("layers that differ", () => {
  const sliding = { rope_type: "default", rope_theta: 10_000 };
  const full = { rope_type: "linear", factor: 8, rope_theta: 1_000_000 };

  test("rope_parameters by type of layer", () => {
    const layer_types = ["sliding_attention", "full_attention", "linear_attention"];
    const config = {
      ...llama,
      rope_theta: undefined,
      num_hidden_layers: 3,
      layer_types,
      rope_parameters: { sliding_attention: sliding, full_attention: full },
    };
    const { encoder, byLayerType, layers } = ropeFromConfig(config);
    expect(encoder).toBe(byLayerType.full_attention);
    expect(encoder.options).toMatchObject({ base: 1_000_000, scaling: { type: "linear", factor: 8 } });
    expect(byLayerType.sliding_attention!.options).toEqual({ ...plain, base: 10_000 });
    expect(layers).toEqual([byLayerType.sliding_attention, encoder, null]);
    expect(ropeFromConfig(config, { layerType: "sliding_attention" }).encoder.options.base).toBe(10_000);
  });

  test("Gemma 3 before that: a theta for local layers, never scaled; every third layer global", () => {
    const { byLayerType, layers } = ropeFromConfig({
      ...llama,
      rope_local_base_freq: 10_000,
      rope_scaling: { rope_type: "linear", factor: 8 },
      num_hidden_layers: 4,
      sliding_window_pattern: 3,
    });
    expect(byLayerType.full_attention!.options).toMatchObject({ base: 500_000, scaling: { factor: 8 } });
    expect(byLayerType.sliding_attention!.options).toEqual({ ...plain, base: 10_000 });
    expect(layers!.map((layer) => layer === byLayerType.full_attention)).toEqual([false, false, true, false]);
  });

  test("ModernBERT: global_rope_theta and local_rope_theta", () => {
    const bert = {
      hidden_size: 64,
      num_attention_heads: 4,
      global_rope_theta: 160_000,
      local_rope_theta: 10_000,
    };
    const { byLayerType } = ropeFromConfig(bert);
    expect(byLayerType.full_attention!.options.base).toBe(160_000);
    expect(byLayerType.sliding_attention!.options.base).toBe(10_000);
  });

  test("layers without RoPE: 1 in no_rope_layers is a layer that has it", () => {
    const { encoder, layers } = ropeFromConfig({ ...llama, no_rope_layers: [1, 1, 0, 1] });
    expect(layers).toEqual([encoder, encoder, null, encoder]);
    const interval = { ...llama, num_hidden_layers: 5, no_rope_layers: [], no_rope_layer_interval: 2 };
    expect(ropeFromConfig(interval).layers!.map((layer) => layer !== null)).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
    const smol = { ...llama, model_type: "smollm3", num_hidden_layers: 4 };
    expect(ropeFromConfig(smol).layers!.map((layer) => layer !== null)).toEqual([true, true, true, false]);
  });
});

test.each<[string, object, RegExp]>([
  ["no RoPE in it", { n_embd: 64, n_head: 4 }, /^ropeFromConfig: config must say that the model has RoPE/],
  ["no sizes", { rope_theta: 1e4 }, /head_dim, or hidden_size and num_attention_heads, must be given/],
  [
    "uneven heads",
    { ...llama, num_attention_heads: 5 },
    /hidden_size must be a multiple of num_attention_heads 5, got 64/,
  ],
  ["an unknown key", { ...llama, rope_ratio: 50 }, /unknown key "rope_ratio"/],
  [
    "an unknown key inside",
    { ...llama, rope_scaling: { type: "linear", factor: 2, alpha: 1 } },
    /unknown key "rope_scaling.alpha" for rope_type "linear"; known are /,
  ],
  [
    "an unknown type",
    { ...llama, rope_scaling: { type: "ntk", factor: 2 } },
    /rope_scaling.type must be one of default, linear, .* got "ntk"/,
  ],
  [
    "a type that is none",
    { ...llama, rope_scaling: { rope_type: 3 } },
    /rope_scaling.rope_type must be one of .* got 3/,
  ],
  [
    "two types",
    { ...llama, rope_scaling: { type: "yarn", rope_type: "linear", factor: 2 } },
    /rope_scaling.rope_type and rope_scaling.type must be the same, got "linear" and "yarn"/,
  ],
  [
    "a factor and no type",
    { ...llama, rope_scaling: { factor: 2 } },
    /unknown key "rope_scaling.factor" for rope_type "default"/,
  ],
  [
    "no factor",
    { ...llama, rope_scaling: { type: "linear" } },
    /rope_scaling.factor must be given where rope_type is "linear"/,
  ],
  [
    "a factor that is text",
    { ...llama, rope_scaling: { type: "linear", factor: "2" } },
    /rope_scaling.factor must be a number, got "2"/,
  ],
  ["a negative theta", { ...llama, rope_theta: -1 }, /rope_theta must be greater than 0, got -1/],
  [
    "two thetas",
    { ...llama, rotary_emb_base: 1 },
    /rope_theta and rotary_emb_base must be the same, got 500000 and 1/,
  ],
  [
    "two thetas, one inside",
    { ...llama, rope_parameters: { rope_theta: 1 } },
    /rope_theta and rope_parameters.rope_theta must be the same/,
  ],
  [
    "a theta that no layer has",
    { ...llama, rope_parameters: { full_attention: { rope_theta: 1 } } },
    /rope_theta and rope_parameters.full_attention.rope_theta must be the same, got 500000 and 1/,
  ],
  [
    "two shares",
    { ...llama, partial_rotary_factor: 0.5, rope_parameters: { partial_rotary_factor: 0.25 } },
    /rope_parameters.partial_rotary_factor and partial_rotary_factor must be the same/,
  ],
  [
    "a share and a length",
    { ...llama, partial_rotary_factor: 0.5, rotary_dim: 4 },
    /rotary_dim and partial_rotary_factor · 16 must be the same, got 4 and 8/,
  ],
  [
    "two blocks",
    { ...llama, rope_parameters: { rope_type: "default" }, rope_scaling: { type: "linear", factor: 2 } },
    /rope_parameters and rope_scaling must be the same/,
  ],
  [
    "two original lengths",
    {
      ...llama,
      original_max_position_embeddings: 8,
      rope_scaling: { type: "yarn", factor: 2, original_max_position_embeddings: 9 },
    },
    /rope_scaling.original_max_position_embeddings and original_max_position_embeddings must be the same, got 9 and 8/,
  ],
  [
    "no length",
    { head_dim: 8, rope_scaling: { type: "dynamic", factor: 2 } },
    /max_position_embeddings must be given for this rope_scaling/,
  ],
  [
    "sections that do not fill the pairs",
    { ...llama, rope_scaling: { type: "mrope", mrope_section: [1, 1, 1] } },
    /mrope_section must add up to 8 pairs, got \[1, 1, 1\]/,
  ],
  [
    "no_rope_layers that are too few",
    { ...llama, num_hidden_layers: 3, no_rope_layers: [1] },
    /no_rope_layers must have an entry for each of 3 layers, got 1/,
  ],
  ["ALiBi", { ...llama, alibi: true }, /alibi must not be true/],
  ["a block that is none", { ...llama, rope_scaling: 2 }, /rope_scaling must be an object, got 2/],
])("a config with %s", (_, config, message) => {
  expect(() => ropeFromConfig(config)).toThrow(message);
});

test("bad arguments", () => {
  expect(() => ropeFromConfig(null)).toThrow(
    new TypeError("ropeFromConfig: config must be an object, got null"),
  );
  expect(() => ropeFromConfig(llama, { length: 0 })).toThrow(
    new RangeError("ropeFromConfig: length must be at least 1, got 0"),
  );
  expect(() => ropeFromConfig(llama, { layer: 1 } as RopeConfigOptions)).toThrow(
    new TypeError('ropeFromConfig: unknown option "layer"; known are length, layerType, pairing'),
  );
  const nested = { ...llama, rope_local_base_freq: 1e4 };
  expect(() => ropeFromConfig(nested, { layerType: "chunked" })).toThrow(
    new RangeError(
      'ropeFromConfig: layerType must be "full_attention" or "sliding_attention", got "chunked"',
    ),
  );
});
