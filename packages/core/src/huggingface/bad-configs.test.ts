import fc from "fast-check";
import { expect, test } from "vitest";
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

const without = (config: object, key: string) =>
  Object.fromEntries(Object.entries(config).filter(([name]) => name !== key));

test.each<[string, unknown, Error]>([
  ["no config", null, new TypeError("config must be an object, got null")],
  ["no model_type", {}, new TypeError("model_type must be a string, got undefined")],
  ["a key of Object", { model_type: "constructor" }, new RangeError("model_type must be one of")],
  [
    "an unknown model",
    { model_type: "mamba", hidden_size: 384 },
    new RangeError("model_type must be one of"),
  ],
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
  [
    "DeBERTa with a term that there is not",
    { ...deberta, pos_att_type: "c2p|p2p" },
    new RangeError('pos_att_type must be "c2p" or "p2c", got "p2p"'),
  ],
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
