import { fromBinary } from "@bufbuild/protobuf";
import { alibi, compose, dynamicScaling, initialise, rope } from "@posenc/core";
import { transformer } from "@posenc/model";
import { type ModelProto, ModelProtoSchema, type ValueInfoProto } from "onnx-buf";
import { expect, test } from "vitest";
import { exportModel } from "./export-model.ts";

const sizes = {
  vocabulary: 5,
  outputs: 3,
  dim: 8,
  heads: 2,
  blocks: 2,
  causal: true,
  head: "token",
} as const;
const model = transformer({ ...sizes, encoder: compose(rope({ dim: 4 }), alibi({ heads: 2 })) });
const values = initialise(model.parameters, 1);
const file = (options = {}): ModelProto =>
  fromBinary(ModelProtoSchema, exportModel(model, values, { cache: true, ...options }));
const namesOf = (infos: readonly ValueInfoProto[]) => infos.map(({ name }) => name);
const parts = ["positions", "0.key", "0.value", "1.key", "1.value"];

function dimsOf(infos: readonly ValueInfoProto[]) {
  return Object.fromEntries(
    infos.map(({ name, type }) => {
      if (type?.value.case !== "tensorType") throw new Error(`${name} is no tensor`);
      const dims = type.value.value.shape!.dim.map(({ value }) =>
        typeof value.value === "bigint" ? Number(value.value) : value.value,
      );
      return [name, dims];
    }),
  );
}

test("inputs and outputs, each past with its present", () => {
  const { graph } = file();
  expect(namesOf(graph!.input)).toEqual([
    "tokens",
    "positions",
    "mask",
    ...parts.map((part) => `past.${part}`),
  ]);
  expect(namesOf(graph!.output)).toEqual(["logits", ...parts.map((part) => `present.${part}`)]);
  expect(dimsOf(graph!.input)).toMatchObject({
    tokens: ["batch", "length"],
    positions: ["positions_batch", "length"],
    mask: ["mask_batch", "mask_length", "total_length"],
    "past.positions": ["positions_batch", "past_length"],
    "past.1.value": ["batch", 2, "past_length", 4],
  });
  expect(dimsOf(graph!.output)).toMatchObject({
    logits: ["batch", "length", 3],
    "present.positions": ["positions_batch", "total_length"],
    "present.0.key": ["batch", 2, "total_length", 4],
  });
});

test("the names and the mask of Hugging Face's Optimum, kept in the metadata", () => {
  const names = {
    tokens: "input_ids",
    positions: "position_ids",
    mask: "attention_mask",
    ...Object.fromEntries(parts.slice(1).map((part) => [`past.${part}`, `past_key_values.${part}`])),
  };
  const { graph, metadataProps } = file({ mask: "padding", names });
  expect(namesOf(graph!.input)).toEqual([
    "input_ids",
    "position_ids",
    "attention_mask",
    ...parts.slice(1).map((part) => `past_key_values.${part}`),
  ]);
  expect(dimsOf(graph!.input).attention_mask).toEqual(["batch", "total_length"]);
  expect(namesOf(graph!.output)).toEqual(["logits", ...parts.slice(1).map((part) => `present.${part}`)]);
  const { value } = metadataProps.find(({ key }) => key === "posenc.export")!;
  expect(JSON.parse(value)).toEqual({ names });
});

test.each<[object, Error | RegExp]>([
  [
    { cache: false, names: { mask: "attention_mask" } },
    new TypeError('exportModel: names must be for tokens, positions, logits, got one for "mask"'),
  ],
  [{ names: { tokens: "" } }, new TypeError('exportModel: names["tokens"] must be a text, got ""')],
  [{ names: { tokens: "mask" } }, new RangeError('exportModel: names must be different, got "mask" twice')],
  [
    { mask: "padding", names: { "past.positions": "past_positions" } },
    /^exportModel: names must be for tokens, .*, got one for "past.positions"$/,
  ],
  [{ mask: "rows" }, new RangeError('exportModel: mask must be "pairs" or "padding", got "rows"')],
  [{ names: 3 }, new TypeError("exportModel: names must be an object, got 3")],
])("bad names %#", (options, error) => {
  expect(() => file(options)).toThrow(error);
});

test("a model that cannot decode is not exported with a cache", () => {
  const scaling = dynamicScaling({ factor: 2, maxPositionEmbeddings: 16 });
  const refused = (options: object) => () => {
    const model = transformer({ ...sizes, encoder: rope({ dim: 4 }), ...options });
    exportModel(model, initialise(model.parameters, 1), { cache: true });
  };
  expect(refused({ encoder: rope({ dim: 4, scaling }) })).toThrow(
    /^exportModel: encoder must be safe with a cache, and rope with these options is not: /,
  );
  expect(refused({ causal: false })).toThrow(/^exportModel: causal must be true with a cache, got false/);
  expect(refused({ head: "pooled" })).toThrow(
    new RangeError('exportModel: head must be "token" with a cache, got "pooled"'),
  );
});
