import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bind } from "../bind.ts";
import type { BiasEncoder, Encoder } from "../encoder.ts";
import { fromJSON, toJSON } from "../json.ts";
import { range } from "../range.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { encodersFromConfig } from "./encoders-from-config.ts";

const gpt2 = { model_type: "gpt2", n_ctx: 1024, n_embd: 768, n_head: 12, n_layer: 12, n_positions: 1024 };
const bert = {
  model_type: "bert",
  hidden_size: 768,
  max_position_embeddings: 512,
  num_attention_heads: 12,
  pad_token_id: 0,
  position_embedding_type: "absolute",
  type_vocab_size: 2,
};
const roberta = {
  model_type: "roberta",
  hidden_size: 768,
  max_position_embeddings: 514,
  pad_token_id: 1,
};
const opt = {
  model_type: "opt",
  hidden_size: 1024,
  max_position_embeddings: 2048,
  num_attention_heads: 16,
  word_embed_proj_dim: 512,
};
const vit = { model_type: "vit", hidden_size: 768, image_size: 224, patch_size: 16, num_channels: 3 };
const distilbert = {
  model_type: "distilbert",
  dim: 768,
  max_position_embeddings: 512,
  n_heads: 12,
  sinusoidal_pos_embds: false,
};
const bloom = { model_type: "bloom", n_embed: 1024, n_head: 16, n_layer: 24, offset_alibi: 100 };
const mpt = {
  model_type: "mpt",
  d_model: 4096,
  max_seq_len: 2048,
  n_heads: 32,
  learned_pos_emb: true,
  attn_config: { alibi: true, alibi_bias_max: 8, attn_impl: "torch", clip_qkv: null, prefix_lm: false },
};
const falconRw = {
  model_type: "falcon",
  alibi: true,
  hidden_size: 2048,
  num_attention_heads: 32,
  parallel_attn: false,
};
const falcon7b = { model_type: "falcon", alibi: false, hidden_size: 4544, num_attention_heads: 71 };
const t5Small = {
  model_type: "t5",
  d_kv: 64,
  d_model: 512,
  is_encoder_decoder: true,
  n_positions: 512,
  num_heads: 8,
  relative_attention_num_buckets: 32,
};
const deberta = {
  model_type: "deberta-v2",
  hidden_size: 768,
  max_position_embeddings: 512,
  max_relative_positions: -1,
  norm_rel_ebd: "layer_norm",
  pos_att_type: "p2c|c2p",
  position_biased_input: false,
  position_buckets: 256,
  relative_attention: true,
  share_att_key: true,
};
const llama2 = {
  model_type: "llama",
  hidden_size: 4096,
  max_position_embeddings: 4096,
  num_attention_heads: 32,
  num_hidden_layers: 32,
  rope_scaling: null,
};

describe("learned tables", () => {
  test.each<[object, { rows: number; dim: number; first: number; tensor: string }]>([
    [gpt2, { rows: 1024, dim: 768, first: 0, tensor: "wpe.weight" }],
    [
      { model_type: "openai-gpt", n_positions: 512, n_ctx: 512, n_embd: 768 },
      { rows: 512, dim: 768, first: 0, tensor: "positions_embed.weight" },
    ],
    [
      { model_type: "gpt_neo", hidden_size: 768, max_position_embeddings: 2048 },
      { rows: 2048, dim: 768, first: 0, tensor: "wpe.weight" },
    ],
    [bert, { rows: 512, dim: 768, first: 0, tensor: "embeddings.position_embeddings.weight" }],
    [
      { model_type: "electra", embedding_size: 128, hidden_size: 256, max_position_embeddings: 512 },
      { rows: 512, dim: 128, first: 0, tensor: "embeddings.position_embeddings.weight" },
    ],
    [roberta, { rows: 514, dim: 768, first: 2, tensor: "embeddings.position_embeddings.weight" }],
    [distilbert, { rows: 512, dim: 768, first: 0, tensor: "embeddings.position_embeddings.weight" }],
    [opt, { rows: 2050, dim: 1024, first: 2, tensor: "decoder.embed_positions.weight" }],
    [vit, { rows: 197, dim: 768, first: 0, tensor: "embeddings.position_embeddings" }],
    [
      { ...vit, model_type: "deit" },
      { rows: 198, dim: 768, first: 0, tensor: "embeddings.position_embeddings" },
    ],
    [
      { ...vit, image_size: [224, 112], patch_size: 32 },
      { rows: 7 * 3 + 1, dim: 768, first: 0, tensor: "embeddings.position_embeddings" },
    ],
    [
      { ...deberta, relative_attention: false, position_biased_input: true },
      { rows: 512, dim: 768, first: 0, tensor: "embeddings.position_embeddings.weight" },
    ],
    [
      { ...mpt, attn_config: { alibi: false } },
      { rows: 2048, dim: 4096, first: 0, tensor: "wpe.weight" },
    ],
  ])("$model_type %#", (config, { rows, dim, first, tensor }) => {
    const { embeddings, tensors, attention } = encodersFromConfig(config);
    expect(embeddings!.parameters.table!.shape).toEqual([rows, dim]);
    expect(embeddings!.positions).toEqual({ below: rows - first });
    expect(embeddings!.options).toMatchObject({ dim, maxLength: rows, offset: first });
    expect(tensors).toEqual({ embeddings: tensor });
    expect(attention).toBeUndefined();
  });

  test("DistilBERT with sinusoids has no table", () => {
    const { embeddings, tensors } = encodersFromConfig({ ...distilbert, sinusoidal_pos_embds: true });
    expect(embeddings!.parameters).toEqual({});
    expect(tensors).toBeUndefined();
    const { data } = embeddings!.vectors(typedArrays, range(2), {});
    expect(data[768]).toBeCloseTo(Math.sin(1), 6);
    expect(data[769]).toBeCloseTo(Math.cos(1), 6);
    expect(data[770]).toBeCloseTo(Math.sin(10_000 ** (-2 / 768)), 6);
  });
});

/** What head `head` loses from one key to the next. */
function slope(encoder: Encoder | undefined, head: number): number {
  const scores = bind(encoder as BiasEncoder, typedArrays, {})(range(3), range(3));
  const [at, before] = [head * 9 + 2 * 3 + 1, head * 9 + 2 * 3];
  return scores.data[at]! - scores.data[before]!;
}

describe("ALiBi", () => {
  test("Bloom: 2^(-8i/heads)", () => {
    const { attention } = encodersFromConfig(bloom);
    for (const head of [0, 1, 15]) expect(slope(attention, head)).toBeCloseTo(2 ** (-(head + 1) / 2), 7);
  });

  test("MPT: 2^(-i alibi_bias_max / heads), the odd ones last where heads are no power of two", () => {
    const { attention, embeddings } = encodersFromConfig(mpt);
    expect(embeddings).toBeUndefined();
    for (const head of [0, 1, 31]) expect(slope(attention, head)).toBeCloseTo(2 ** (-(head + 1) / 4), 7);

    const of12 = encodersFromConfig({
      ...mpt,
      n_heads: 12,
      attn_config: { alibi: true, alibi_bias_max: 16 },
    });
    const all = Array.from({ length: 16 }, (_, i) => 2 ** (-((i + 1) * 16) / 16));
    const want = [...all.filter((_, i) => i % 2 === 1), ...all.filter((_, i) => i % 2 === 0)].slice(0, 12);
    want.forEach((value, head) => {
      expect(slope(of12.attention, head)).toBeCloseTo(value, 7);
    });
  });

  test("Falcon divides by √(length of a head)", () => {
    const { attention } = encodersFromConfig(falconRw);
    for (const head of [0, 3, 31]) {
      expect(slope(attention, head)).toBeCloseTo(2 ** (-(head + 1) / 4) / Math.sqrt(64), 7);
    }
  });
});

test("T5: buckets to both sides in the encoder, to the left in the decoder", () => {
  const { attention, decoderAttention, tensors, embeddings } = encodersFromConfig(t5Small);
  expect(embeddings).toBeUndefined();
  expect(attention!.parameters).toMatchObject({ table: { shape: [32, 8] } });
  expect(attention!.options).toMatchObject({ maxDistance: 128, direction: "bidirectional" });
  expect(decoderAttention!.options).toMatchObject({ numBuckets: 32, direction: "causal" });
  expect(tensors).toEqual({
    attention: "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
    decoderAttention: "decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
  });
  const alone = encodersFromConfig({
    ...t5Small,
    is_encoder_decoder: false,
    relative_attention_max_distance: 64,
  });
  expect(alone.decoderAttention).toBeUndefined();
  expect(alone.attention!.options).toMatchObject({ maxDistance: 64 });
});

describe("RoPE", () => {
  test("Llama 2", () => {
    const { attention, rope, embeddings } = encodersFromConfig(llama2);
    expect(attention).toMatchObject({ kind: "rotary", dim: 128, rotaryDim: 128, pairing: "halves" });
    expect(rope!.encoder).toBe(attention);
    expect(embeddings).toBeUndefined();
  });

  test("Falcon without ALiBi, under each of its names", () => {
    for (const model_type of ["falcon", "RefinedWebModel"]) {
      const { attention } = encodersFromConfig({ ...falcon7b, model_type });
      expect(attention).toMatchObject({ kind: "rotary", dim: 64 });
    }
  });

  test("layers that differ are in rope alone", () => {
    const differ = { ...llama2, model_type: "smollm3", num_hidden_layers: 4, no_rope_layers: [1, 1, 1, 0] };
    const { attention, rope } = encodersFromConfig(differ);
    expect(attention).toBeUndefined();
    expect(rope!.layers!.map((layer) => layer?.kind)).toEqual(["rotary", "rotary", "rotary", undefined]);
  });
});

test("every encoder is data, and comes back from it", () => {
  for (const config of [gpt2, roberta, opt, vit, bloom, mpt, falconRw, t5Small]) {
    const { embeddings, attention } = encodersFromConfig(config);
    const encoder = (embeddings ?? attention)!;
    const again = fromJSON(JSON.parse(JSON.stringify(toJSON(encoder))));
    expect(toJSON(again)).toEqual(toJSON(encoder));
  }
});

const without = (config: object, key: string) =>
  Object.fromEntries(Object.entries(config).filter(([name]) => name !== key));

test.each<[string, unknown, Error]>([
  ["no config", null, new TypeError("config must be an object, got null")],
  ["no model_type", {}, new TypeError("model_type must be a string, got undefined")],
  ["a key of Object", { model_type: "constructor" }, new RangeError("model_type must be one of")],
  ["an unknown model", { model_type: "whisper", d_model: 384 }, new RangeError("model_type must be one of")],
  [
    "a missing size",
    without(gpt2, "n_embd"),
    new TypeError("n_embd or hidden_size must be a number, got undefined"),
  ],
  ["two lengths", { ...gpt2, n_ctx: 512 }, new RangeError("n_ctx must be n_positions 1024, got 512")],
  [
    "a length as text",
    { ...gpt2, n_positions: "1024" },
    new TypeError('n_positions must be a number, got "1024"'),
  ],
  ["a length of 0", { ...gpt2, n_positions: 0 }, new RangeError("n_positions must be at least 1, got 0")],
  [
    "too long",
    { ...opt, max_position_embeddings: 2 ** 30 },
    new RangeError("max_position_embeddings must be at most"),
  ],
  [
    "RoPE in GPT-2",
    { ...gpt2, rope_theta: 10000 },
    new TypeError('rope_theta must be left out where model_type is "gpt2", got 10000'),
  ],
  [
    "RoPE beside ALiBi",
    { ...falconRw, rope_scaling: { type: "linear", factor: 2 } },
    new TypeError('rope_scaling must be left out where model_type is "falcon", got an object (Object)'),
  ],
  [
    "relative BERT",
    { ...bert, position_embedding_type: "relative_key" },
    new RangeError('position_embedding_type must be "absolute" (the others'),
  ],
  [
    "an unknown type of embeddings",
    { ...bert, position_embedding_type: "rotary" },
    new RangeError(
      'position_embedding_type must be "absolute" or "relative_key" or "relative_key_query", got "rotary"',
    ),
  ],
  ["DeBERTa", deberta, new RangeError("relative_attention must be false (its vectors of distances")],
  [
    "DeBERTa without any",
    { ...deberta, relative_attention: false },
    new RangeError("position_biased_input must be true where relative_attention is false, got false"),
  ],
  [
    "patches beyond the image",
    { ...vit, patch_size: 225 },
    new RangeError("patch_size must be at most image_size, got 225"),
  ],
  [
    "three sides",
    { ...vit, image_size: [1, 2, 3] },
    new TypeError("image_size must be a number or [height, width], got [1, 2, 3]"),
  ],
  [
    "heads that do not divide",
    { ...falconRw, hidden_size: 2049 },
    new RangeError("hidden_size must be a multiple of 32 heads, got 2049"),
  ],
  [
    "MPT without a section",
    without(mpt, "attn_config"),
    new TypeError("attn_config must be an object, got undefined"),
  ],
  [
    "MPT with RoPE",
    { ...mpt, attn_config: { alibi: false, rope: true, rope_theta: 10000 } },
    new RangeError("attn_config.rope must be false, got true"),
  ],
  [
    "MPT with nothing",
    { ...mpt, learned_pos_emb: false, attn_config: { alibi: false } },
    new RangeError("learned_pos_emb must be true where attn_config.alibi is false, got false"),
  ],
  [
    "an unknown key in a section",
    { ...mpt, attn_config: { alibi: true, alibi_slopes: [1] } },
    new TypeError('attn_config.alibi_slopes must be left out where model_type is "mpt", got [1]'),
  ],
  [
    "a flag as text",
    { ...falconRw, alibi: "true" },
    new TypeError('alibi must be true or false, got "true"'),
  ],
  [
    "buckets beside RoPE",
    { ...llama2, relative_attention_num_buckets: 32 },
    new RangeError("relative_attention_num_buckets must be left out beside RoPE, got 32"),
  ],
])("bad config: %s", (_, config, error) => {
  const call = () => encodersFromConfig(config);
  expect(call).toThrow(error.constructor as ErrorConstructor);
  expect(call).toThrow(`encodersFromConfig: ${error.message}`);
});

test("whatever stands under the keys: encoders, or one of the two errors", () => {
  const configs = [
    gpt2,
    bert,
    roberta,
    opt,
    vit,
    distilbert,
    bloom,
    mpt,
    falconRw,
    falcon7b,
    t5Small,
    deberta,
    llama2,
  ];
  const value = fc.oneof(
    fc.integer({ min: -3, max: 3000 }),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(null, undefined, "absolute", "", {}, [], [16, 16], { alibi: false }),
    fc.string({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.constantFrom<object>(...configs), fc.nat(20), value, (config, at, changed) => {
      const keys = Object.keys(config);
      try {
        const { embeddings, attention, rope } = encodersFromConfig({
          ...config,
          [keys[at % keys.length]!]: changed,
        });
        expect(embeddings ?? attention ?? rope).toBeDefined();
      } catch (error) {
        expect(error instanceof TypeError || error instanceof RangeError, String(error)).toBe(true);
        expect((error as Error).message).toMatch(/^\w+(: \w+)?: .* must|^ropeFromConfig: unknown key/);
      }
    }),
    { numRuns: 1000 },
  );
});
