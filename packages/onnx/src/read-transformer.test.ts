import {
  additive,
  alibi,
  compose,
  type Encoder,
  encoders,
  initialise,
  learned,
  rope,
  sinusoidal,
} from "@posenc/core";
import { type Transformer, transformer } from "@posenc/model";
import { expect, test } from "vitest";
import { exportEncoder } from "./export-encoder.ts";
import { type ExportModelOptions, exportModel } from "./export-model.ts";
import { graph } from "./graph.ts";
import { readTransformer } from "./read-transformer.ts";

const sizes = {
  vocabulary: 5,
  outputs: 3,
  dim: 8,
  heads: 2,
  blocks: 2,
  causal: true,
  head: "token",
} as const;
const fileOf = (model: Transformer, options: ExportModelOptions = {}) =>
  exportModel(model, initialise(model.parameters, 1), options);

test.each([
  rope({ dim: 4, pairing: "interleaved", base: 500 }),
  learned({ dim: 8, maxLength: 7 }),
  compose(sinusoidal({ dim: 8 }), { encoder: alibi({ heads: 2 }), layers: [1] }),
])("the model of the file, with $name", (encoder) => {
  const model = transformer({ ...sizes, encoder });
  const { model: read, cache, tensorName } = readTransformer(fileOf(model));
  expect(JSON.stringify(read.options)).toBe(JSON.stringify(model.options));
  expect(read.parameters).toEqual(model.parameters);
  expect([cache, tensorName("logits")]).toEqual([false, "logits"]);
});

test("names, and whether there is a cache", () => {
  const model = transformer({ ...sizes, encoder: rope({ dim: 4 }) });
  const names = { tokens: "input_ids", "past.0.key": "past_key_values.0.key" };
  const { cache, tensorName } = readTransformer(fileOf(model, { cache: true, names }));
  expect(cache).toBe("pairs");
  expect(readTransformer(fileOf(model, { cache: true, mask: "padding", names })).cache).toBe("padding");
  expect(["tokens", "past.0.key", "mask"].map(tensorName)).toEqual([
    "input_ids",
    "past_key_values.0.key",
    "mask",
  ]);
});

test("an encoder of one's own, from a registry", () => {
  const mine = (): Encoder =>
    additive({
      name: "mine",
      options: {},
      parameters: {},
      vectors: ({ expandDims, float }, positions) => expandDims(float(positions), -1),
    });
  const bytes = fileOf(transformer({ ...sizes, encoder: mine() }));
  expect(readTransformer(bytes, { registry: { ...encoders, mine } }).model.options.encoder.name).toBe("mine");
  expect(() => readTransformer(bytes)).toThrow(/^fromJSON: name must be one of .*, got "mine"$/);
});

const withMetadata = (metadata: Record<string, string>) => {
  const builder = graph({ metadata });
  builder.output("y", builder.input("x", "float32", [1]), [1]);
  return builder.toBytes();
};
const json = JSON.stringify;
const options = { ...sizes, hidden: 8, encoder: { name: "none", options: {} } };

test.each<[string, () => Uint8Array, Error | RegExp]>([
  ["no ONNX file", () => Uint8Array.of(1, 2, 3), /^readTransformer: /],
  [
    "no model",
    () => exportEncoder(rope({ dim: 4 })),
    new RangeError(
      "readTransformer: the file must have posenc.model in its metadata, as exportModel writes it",
    ),
  ],
  [
    "no JSON",
    () => withMetadata({ "posenc.model": "{" }),
    /^readTransformer: posenc.model must be JSON of an object: /,
  ],
  [
    "no object",
    () => withMetadata({ "posenc.model": "[]" }),
    /^readTransformer: posenc.model must be JSON of an object: /,
  ],
  [
    "no encoder",
    () => withMetadata({ "posenc.model": json({ ...options, encoder: 3 }) }),
    new TypeError("readTransformer: posenc.model.encoder must be an object, got 3"),
  ],
  [
    "bad options",
    () => withMetadata({ "posenc.model": json({ ...options, blocks: 1, heads: 3 }) }),
    new RangeError("transformer: dim must be a multiple of heads 3, got 8"),
  ],
  [
    "a graph of something else",
    () => withMetadata({ "posenc.model": json({ ...options, blocks: 1 }) }),
    new RangeError('readTransformer: the file must have "tokens", as its metadata says'),
  ],
  [
    "more blocks than tensors",
    () => withMetadata({ "posenc.model": json({ ...options, blocks: 2 ** 30 }) }),
    new RangeError("readTransformer: posenc.model.blocks must be at most 1, got 1073741824"),
  ],
])("%s", (_, bytes, error) => {
  expect(() => readTransformer(bytes())).toThrow(error);
});
