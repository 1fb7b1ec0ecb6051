import { describe, expect, test } from "vitest";
import { ropeFrequencies } from "../rope-frequencies.ts";
import { ntkScaling } from "../rope-scaling/ntk.ts";
import { ropeFromConfig } from "./rope-from-config.ts";

const sizes = { hidden_size: 1024, num_attention_heads: 16, max_position_embeddings: 4096 };
const of = (model_type: string, rest: object = {}) => ropeFromConfig({ ...sizes, model_type, ...rest });

/** What the classes of transformers 5.18 say, made with these sizes and nothing else. */
test.each<[string, { dim?: number; rotaryDim?: number; base?: number; pairing?: string }]>([
  ["llama", {}],
  ["mixtral", { base: 1e6 }],
  ["cohere", { base: 5e5, pairing: "interleaved" }],
  ["gemma", { dim: 256 }],
  ["qwen3", { dim: 128 }],
  ["qwen3_next", { dim: 256, rotaryDim: 64 }],
  ["qwen2_vl_text", { base: 1e6 }],
  ["qwen3_vl_text", { dim: 128, base: 5e5 }],
  ["deepseek_v3", { pairing: "interleaved" }],
  ["ernie4_5", { dim: 128, base: 5e5, pairing: "interleaved" }],
  ["glm", { dim: 128, rotaryDim: 64, pairing: "interleaved" }],
  ["glm4_moe", { rotaryDim: 32 }],
  ["helium", { dim: 128, base: 1e5, pairing: "interleaved" }],
  ["llama4_text", { dim: 128, base: 5e5, pairing: "interleaved" }],
  ["smollm3", { base: 2e6 }],
  ["stablelm", { rotaryDim: 16 }],
  ["phi", { rotaryDim: 32 }],
  ["bitnet", { base: 5e5 }],
])(
  "%s says what its config leaves out",
  (model, { dim = 64, rotaryDim = dim, base = 1e4, pairing = "halves" }) => {
    expect(of(model).encoder.options).toMatchObject({ dim, rotaryDim, base, pairing });
    expect(
      of(model, { head_dim: 32, rope_theta: 7, partial_rotary_factor: 0.5 }).encoder.options,
    ).toMatchObject({ dim: 32, rotaryDim: 16, base: 7, pairing });
  },
);

test("scaling that a model has by itself", () => {
  expect(of("apertus").encoder.options).toMatchObject({
    base: 12e6,
    scaling: { type: "llama3", factor: 8, originalMaxPositionEmbeddings: 8192 },
  });
  expect(of("gpt_oss").encoder.options).toMatchObject({
    dim: 64,
    base: 150_000,
    scaling: { type: "yarn", factor: 32, originalMaxPositionEmbeddings: 4096, truncate: false },
  });
  const gemma4 = of("gemma4_text").byLayerType;
  expect(gemma4.sliding_attention!.options).toMatchObject({ dim: 256, base: 1e4 });
  expect(gemma4.full_attention!.options).toMatchObject({
    dim: 512,
    base: 1e6,
    scaling: { type: "proportional", partialRotaryFactor: 0.25 },
  });
});

describe("layers that differ by the model", () => {
  const typesOf = (model: string, rest: object = {}) => {
    const { layers, byLayerType } = of(model, { num_hidden_layers: 6, ...rest });
    return layers!.map((layer) => {
      if (layer === null) return "none";
      return layer === byLayerType.sliding_attention ? "local" : "global";
    });
  };
  const fourth = (one: string, other: string) => [one, one, one, other, one, one];

  test("Gemma 3 and ModernBERT: another theta for layers with a window, never scaled", () => {
    const rope_scaling = { rope_type: "linear", factor: 8 };
    const { full_attention, sliding_attention } = of("gemma3_text", { rope_scaling }).byLayerType;
    expect(full_attention!.options).toMatchObject({ base: 1e6, scaling: { factor: 8 } });
    expect(sliding_attention!.options).toMatchObject({ base: 1e4 });
    expect(sliding_attention!.options).not.toHaveProperty("scaling");
    expect(typesOf("gemma3_text")).toEqual([...new Array(5).fill("local"), "global"]);
    const bert = of("modernbert").byLayerType;
    expect([bert.full_attention!.options.base, bert.sliding_attention!.options.base]).toEqual([160_000, 1e4]);
    expect(typesOf("modernbert")).toEqual(["global", "local", "local", "global", "local", "local"]);
  });

  test("nested blocks without a theta have that of their layers", () => {
    const rope_parameters = {
      full_attention: { rope_type: "linear", factor: 2 },
      sliding_attention: { rope_type: "default" },
    };
    const { full_attention, sliding_attention } = of("gemma3_text", { rope_parameters }).byLayerType;
    expect([full_attention!.options.base, sliding_attention!.options.base]).toEqual([1e6, 1e4]);
  });

  test("Olmo 3 scales only layers without a window", () => {
    const rope_scaling = { rope_type: "yarn", factor: 8, original_max_position_embeddings: 8192 };
    const { full_attention, sliding_attention } = of("olmo3", { rope_scaling }).byLayerType;
    expect(full_attention!.options).toMatchObject({ base: 5e5, scaling: { factor: 8 } });
    expect(sliding_attention!.options).toMatchObject({ base: 5e5 });
    expect(sliding_attention!.options).not.toHaveProperty("scaling");
    expect(typesOf("olmo3")).toEqual(fourth("local", "global"));
  });

  test("Command R7B and EXAONE 4: none without a window", () => {
    expect(typesOf("cohere2")).toEqual(fourth("global", "none"));
    expect(typesOf("exaone4")).toEqual(fourth("global", "none"));
    expect(typesOf("exaone4", { sliding_window_pattern: "LG" })).toEqual([
      "global",
      "none",
      "global",
      "none",
      "global",
      "none",
    ]);
    expect(typesOf("exaone4", { sliding_window: null })).toEqual(new Array(6).fill("global"));
    expect(() => typesOf("exaone4", { sliding_window_pattern: "LX" })).toThrow(
      new RangeError('ropeFromConfig: sliding_window_pattern must be a number or letters L and G, got "LX"'),
    );
  });
});

describe("keys of single models", () => {
  test("HunYuan's alpha: a fixed base, whatever the length", () => {
    const rope_scaling = {
      type: "dynamic",
      alpha: 1000,
      factor: 1,
      beta_fast: 32,
      beta_slow: 1,
      mscale: 1,
      mscale_all_dim: 1,
    };
    const { encoder } = of("hunyuan_v1_dense", { head_dim: 16, rope_scaling });
    expect(encoder.options.scaling).toEqual({ type: "ntk", factor: 1000 });
    expect(encoder.cacheSafe).toBe(true);
    // of HunYuanDenseV1RotaryEmbedding, in float64
    const want = [
      1, 0.11787686347935873, 0.013894954943731377, 0.0016378937069540644, 0.00019306977288832504,
      2.275845926074789e-5, 2.6826957952797265e-6, 3.16227766016838e-7,
    ];
    const { high } = ropeFrequencies({ dim: 16, scaling: ntkScaling({ factor: 1000 }) }).frequencies;
    want.forEach((value, i) => {
      expect(high[i]! / value).toBeCloseTo(1, 13);
    });
    expect(() => of("hunyuan_v1_dense", { rope_scaling: { ...rope_scaling, alpha: undefined } })).toThrow(
      new TypeError(
        'ropeFromConfig: rope_scaling.beta_fast must be left out for rope_type "dynamic" without alpha, got 32',
      ),
    );
  });

  test("Ministral 3: queries that grow with their position are named, and are not the encoder's", () => {
    const rope_parameters = {
      type: "yarn",
      rope_type: "yarn",
      rope_theta: 1e6,
      factor: 16,
      original_max_position_embeddings: 16_384,
      max_position_embeddings: 4096,
      mscale: 1,
      mscale_all_dim: 1,
      llama_4_scaling_beta: 0.1,
    };
    const { encoder, queryScaling } = of("ministral3", { rope_parameters });
    expect(queryScaling).toEqual({ beta: 0.1, length: 16_384 });
    expect(encoder.options).toMatchObject({ dim: 128, base: 1e6, scaling: { factor: 16 } });
    expect(() => of("ministral3", { rope_parameters, max_position_embeddings: 5 })).toThrow(
      new RangeError(
        "ropeFromConfig: rope_parameters.max_position_embeddings and max_position_embeddings must be the same, got 4096 and 5",
      ),
    );
  });
});
