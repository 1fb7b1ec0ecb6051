import { describe, expect, test } from "vitest";
import { bind } from "../bind.ts";
import type { BiasEncoder, Encoder } from "../encoder.ts";
import { fromJSON, toJSON } from "../json.ts";
import { range } from "../range.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import {
  bert,
  bloom,
  deberta,
  distilbert,
  falcon7b,
  falconRw,
  gpt2,
  llama2,
  mpt,
  opt,
  roberta,
  t5Small,
  vit,
} from "./configs.fixture.ts";
import { encodersFromConfig } from "./encoders-from-config.ts";

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
    [
      {
        model_type: "clip_text_model",
        hidden_size: 768,
        num_attention_heads: 12,
        max_position_embeddings: 77,
      },
      { rows: 77, dim: 768, first: 0, tensor: "embeddings.position_embedding.weight" },
    ],
    [
      { model_type: "clip_vision_model", hidden_size: 1024, image_size: 336, patch_size: 14 },
      { rows: 24 * 24 + 1, dim: 1024, first: 0, tensor: "embeddings.position_embedding.weight" },
    ],
    [
      { model_type: "siglip_vision_model", hidden_size: 1152, image_size: 384, patch_size: 14 },
      { rows: 27 * 27, dim: 1152, first: 0, tensor: "embeddings.position_embedding.weight" },
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

describe("two stacks, or two towers", () => {
  const shapeOf = (encoder: Encoder | undefined) => encoder?.parameters.table?.shape;

  test.each(["bart", "mbart"])("%s: a table for each, from row 2 on", (model_type) => {
    const config = { model_type, d_model: 768, max_position_embeddings: 1024, is_encoder_decoder: true };
    const { embeddings, decoderEmbeddings, tensors } = encodersFromConfig(config);
    for (const encoder of [embeddings, decoderEmbeddings]) {
      expect(shapeOf(encoder)).toEqual([1026, 768]);
      expect(encoder!.options).toMatchObject({ offset: 2 });
    }
    expect(tensors).toEqual({
      embeddings: "encoder.embed_positions.weight",
      decoderEmbeddings: "decoder.embed_positions.weight",
    });
  });

  test("Whisper: sinusoids for sound, a table for text", () => {
    const config = {
      model_type: "whisper",
      d_model: 384,
      max_source_positions: 1500,
      max_target_positions: 448,
    };
    const { embeddings, decoderEmbeddings, tensors } = encodersFromConfig(config);
    expect(shapeOf(decoderEmbeddings)).toEqual([448, 384]);
    expect(tensors).toEqual({ decoderEmbeddings: "decoder.embed_positions.weight" });
    const { data } = embeddings!.vectors(typedArrays, range(2), {});
    // [sines | cosines] at 10000^(-i / 191)
    expect(data[384 + 1]).toBeCloseTo(Math.sin(10_000 ** (-1 / 191)), 6);
    expect(data[384 + 191]).toBeCloseTo(Math.sin(1e-4), 9);
    expect(data[384 + 192]).toBeCloseTo(Math.cos(1), 6);
  });

  test("Marian and Pegasus: all sines, then all cosines", () => {
    for (const model_type of ["marian", "pegasus"]) {
      const { embeddings, decoderEmbeddings, tensors } = encodersFromConfig({
        model_type,
        d_model: 512,
        max_position_embeddings: 512,
        static_position_embeddings: true,
      });
      expect(tensors).toBeUndefined();
      for (const encoder of [embeddings, decoderEmbeddings]) {
        const { data } = encoder!.vectors(typedArrays, range(2), {});
        expect(data[512 + 1]).toBeCloseTo(Math.sin(10_000 ** (-2 / 512)), 6);
        expect(data[512 + 256]).toBeCloseTo(Math.cos(1), 6);
      }
    }
  });

  test("CLIP and SigLIP: sizes that a config leaves out are those of the code", () => {
    const clip = encodersFromConfig({
      model_type: "clip",
      text_config: { model_type: "clip_text_model", hidden_size: 768 },
      vision_config: { hidden_size: 1024, patch_size: 14 },
    });
    expect(shapeOf(clip.embeddings)).toEqual([77, 768]);
    expect(shapeOf(clip.visionEmbeddings)).toEqual([257, 1024]);
    expect(clip.tensors).toEqual({
      embeddings: "text_model.embeddings.position_embedding.weight",
      visionEmbeddings: "vision_model.embeddings.position_embedding.weight",
    });
    const siglip = encodersFromConfig({ model_type: "siglip" });
    expect(shapeOf(siglip.embeddings)).toEqual([64, 768]);
    expect(shapeOf(siglip.visionEmbeddings)).toEqual([196, 768]);
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

test("DeBERTa: buckets that meet queries and keys, and nothing at the input", () => {
  const { attention, embeddings } = encodersFromConfig(deberta);
  expect(embeddings).toBeUndefined();
  expect(attention?.name).toBe("deberta");
  expect(attention?.options).toEqual({
    heads: 12,
    dim: 64,
    positionBuckets: 256,
    maxRelativePositions: 512,
    contentToPosition: true,
    positionToContent: true,
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

test("umT5: a table for each layer", () => {
  const { attention, decoderAttention, parametersPerLayer, tensors } = encodersFromConfig({
    ...t5Small,
    model_type: "umt5",
  });
  expect(parametersPerLayer).toBe(true);
  expect(encodersFromConfig(t5Small)).not.toHaveProperty("parametersPerLayer");
  expect(attention!.parameters).toMatchObject({ table: { shape: [32, 8] } });
  expect(decoderAttention!.options).toMatchObject({ direction: "causal" });
  expect(tensors).toHaveProperty(
    "decoderAttention",
    "decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
  );
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
