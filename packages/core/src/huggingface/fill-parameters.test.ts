import { describe, expect, test } from "vitest";
import { bind } from "../bind.ts";
import { learned } from "../encoders/learned.ts";
import { none } from "../encoders/none.ts";
import { t5 } from "../encoders/t5.ts";
import { readSafetensors } from "../safetensors/read-safetensors.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array } from "../typed-arrays/nd-array.ts";
import { encodersFromConfig } from "./encoders-from-config.ts";
import { fillParameters } from "./fill-parameters.ts";

/** A checkpoint of float32 (or other) tensors whose values are 0, 1, 2 … */
function checkpoint(shapes: Readonly<Record<string, readonly number[]>>, dtype = "F32") {
  let at = 0;
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const begin = at;
    at += 4 * shape.reduce((product, length) => product * length, 1);
    return [name, { dtype, shape, data_offsets: [begin, at] }];
  });
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const bytes = new Uint8Array(8 + header.length + at);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  for (let i = 0; i < at / 4; i++) {
    const offset = 8 + header.length + 4 * i;
    if (dtype === "F32") view.setFloat32(offset, i, true);
    else view.setInt32(offset, i, true);
  }
  return readSafetensors(bytes).tensors;
}

const encoder = learned({ dim: 2, maxLength: 3 });
const values = array(Float32Array.of(0, 1, 2, 3, 4, 5), [3, 2]);

describe("finds the tensor", () => {
  test("by its full name, or by the end of it after a dot", () => {
    const bare = checkpoint({ "wpe.weight": [3, 2] });
    const prefixed = checkpoint({ "transformer.wpe.weight": [3, 2], "other_wpe.weight": [1] });
    expect(fillParameters(encoder, bare, "wpe.weight")).toEqual({ table: values });
    expect(fillParameters(encoder, prefixed, "wpe.weight")).toEqual({ table: values });
    expect(fillParameters(encoder, prefixed, { table: "transformer.wpe.weight" })).toEqual({ table: values });
  });

  test("with axes of length 1 before its own", () => {
    const tensors = checkpoint({ "vit.embeddings.position_embeddings": [1, 3, 2] });
    expect(fillParameters(encoder, tensors, "embeddings.position_embeddings")).toEqual({ table: values });
  });

  test("of an encoder without parameters", () => {
    expect(fillParameters(none(), {}, {})).toEqual({});
  });
});

test("from config and checkpoint to encoded embeddings: OPT's position 0 is row 2", () => {
  const config = { model_type: "opt", hidden_size: 2, max_position_embeddings: 2 };
  const { embeddings, tensors } = encodersFromConfig(config);
  const file = checkpoint({ "model.decoder.embed_positions.weight": [4, 2] });
  const table = fillParameters(embeddings!, file, tensors!.embeddings!);
  const encode = bind(embeddings!, typedArrays, table);
  const zeros = array(new Float32Array(4), [2, 2]);
  expect([...encode(zeros, array(Int32Array.of(0, 1))).data]).toEqual([4, 5, 6, 7]);
});

test("T5's scores", () => {
  const name = "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight";
  const bias = t5({ heads: 2, numBuckets: 4 });
  const filled = fillParameters(bias, checkpoint({ [name]: [4, 2] }), name);
  expect(filled.table.shape).toEqual([4, 2]);
});

test.each<[string, () => unknown, Error]>([
  [
    "no such tensor",
    () => fillParameters(encoder, checkpoint({ a: [1] }), "wpe.weight"),
    new RangeError('fillParameters: names must be among those of the tensors ["a"], got "wpe.weight"'),
  ],
  [
    "not a name of the file but of the language",
    () => fillParameters(encoder, {}, "toString"),
    new RangeError('fillParameters: names must be among those of the tensors [], got "toString"'),
  ],
  [
    "two tensors",
    () => fillParameters(encoder, checkpoint({ "a.w": [1], "b.w": [1] }), "w"),
    new RangeError('fillParameters: names must be of one tensor, got "w" for ["a.w", "b.w"]'),
  ],
  [
    "another shape",
    () => fillParameters(encoder, checkpoint({ w: [2, 3] }), "w"),
    new RangeError('fillParameters: tensor "w" must have shape [3, 2], got [2, 3]'),
  ],
  [
    "more than one of them",
    () => fillParameters(encoder, checkpoint({ w: [2, 3, 2] }), "w"),
    new RangeError('fillParameters: tensor "w" must have shape [3, 2], got [2, 3, 2]'),
  ],
  [
    "fewer axes",
    () => fillParameters(encoder, checkpoint({ w: [6] }), "w"),
    new RangeError('fillParameters: tensor "w" must have shape [3, 2], got [6]'),
  ],
  [
    "whole numbers",
    () => fillParameters(encoder, checkpoint({ w: [3, 2] }, "I32"), "w"),
    new TypeError('fillParameters: tensor "w" must be float32, got I32'),
  ],
  [
    "a type without values",
    () => fillParameters(encoder, checkpoint({ w: [3, 2] }, "U32"), "w"),
    new TypeError(
      'readSafetensors: tensor "w" must be F32, I32, I64, F16, BF16 for array(), got U32; its bytes are there',
    ),
  ],
  [
    "a parameter without a name",
    () => fillParameters(encoder, checkpoint({ w: [3, 2] }), {} as never),
    new TypeError("fillParameters: names.table must be a string, got undefined"),
  ],
  [
    "one name for no parameter",
    () => fillParameters(none(), {}, "w"),
    new TypeError('fillParameters: names must be an object with no entries, got "w"'),
  ],
])("bad arguments: %s", (_, call, error) => {
  expect(call).toThrow(error);
});
