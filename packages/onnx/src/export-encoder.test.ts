import { fromBinary } from "@bufbuild/protobuf";
import {
  additive,
  alibi,
  array,
  bias,
  type Encoder,
  fromJSON,
  initialise,
  learned,
  none,
  rope,
  rotary,
  sinusoidal,
} from "@posenc/core";
import { ModelProtoSchema, type ValueInfoProto } from "onnx-buf";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { exportEncoder } from "./export-encoder.ts";

function interfaceOf(encoder: Encoder) {
  const values = initialise(encoder.parameters, 1);
  const { graph, metadataProps } = fromBinary(ModelProtoSchema, exportEncoder(encoder, { values }));
  const text = ({ name, type }: ValueInfoProto) => {
    if (type?.value.case !== "tensorType") throw new Error(`${name} is no tensor`);
    const { elemType, shape } = type.value.value;
    const dims = shape!.dim.map(({ value }) => value.value);
    return `${name} ${elemType === 7 ? "int64" : "float"} [${dims.join(", ")}]`;
  };
  return {
    inputs: graph!.input.map(text),
    outputs: graph!.output.map(text),
    metadata: Object.fromEntries(metadataProps.map(({ key, value }) => [key, value])),
    initialisers: graph!.initializer.map(({ name }) => name),
  };
}

test("additive: x and positions → y", () => {
  const { inputs, outputs } = interfaceOf(sinusoidal({ dim: 8 }));
  expect(inputs).toEqual(["x float [batch, length, 8]", "positions int64 [positions_batch, length]"]);
  expect(outputs).toEqual(["y float [batch, length, 8]"]);
  expect(interfaceOf(none()).outputs).toEqual(["y float [batch, length, dim]"]);
});

test("rotary: q, k and their positions → q_rotated and k_rotated", () => {
  const { inputs, outputs } = interfaceOf(rope({ dim: 8 }));
  expect(inputs).toEqual([
    "q float [batch, heads, length, 8]",
    "k float [batch, key_heads, key_length, 8]",
    "positions int64 [positions_batch, length]",
    "key_positions int64 [positions_batch, key_length]",
  ]);
  expect(outputs).toEqual([
    "q_rotated float [batch, heads, length, 8]",
    "k_rotated float [batch, key_heads, key_length, 8]",
  ]);
});

test("bias: positions of queries and keys → scores", () => {
  const { inputs, outputs } = interfaceOf(alibi({ heads: 3 }));
  expect(inputs).toEqual(["queries int64 [positions_batch, queries]", "keys int64 [positions_batch, keys]"]);
  expect(outputs).toEqual(["scores float [positions_batch, 3, queries, keys]"]);
});

test("real positions are float", () => {
  expect(interfaceOf(rope({ dim: 8, positions: "real" })).inputs.slice(2)).toEqual([
    "positions float [positions_batch, length]",
    "key_positions float [positions_batch, key_length]",
  ]);
});

test("parameters are named after the encoder", () => {
  expect(interfaceOf(learned({ dim: 4, maxLength: 6 })).initialisers).toContain("learned.table");
});

test("the metadata makes the same encoder again", () => {
  const encoder = rope({ dim: 8, rotaryDim: 4, pairing: "interleaved" });
  const made = fromJSON(JSON.parse(interfaceOf(encoder).metadata["posenc.encoder"]!));
  expect({ name: made.name, options: made.options }).toEqual({ name: "rope", options: encoder.options });
});

test("a user's encoder needs nothing here", async () => {
  const gain = { shape: [2], init: "ones" } as const;
  const own: Encoder[] = [
    additive({
      name: "ramp",
      options: {},
      dim: 2,
      parameters: { x: gain },
      vectors: ({ expandDims, float, mul }, positions, { x }) => mul(expandDims(float(positions), -1), x),
    }),
    rotary({
      name: "trained rotation",
      options: {},
      dim: 4,
      parameters: { frequencies: gain },
      turns: ({ sincos }, positions, { frequencies }) => sincos(positions, frequencies),
    }),
    bias({
      name: "window",
      options: {},
      heads: 1,
      parameters: {},
      scores({ abs, expandDims, less, sub, where }, queries, keys) {
        const distance = abs(sub(expandDims(queries, -1), expandDims(keys, -2)));
        return expandDims(where(less(distance, 3), 0, -1e9), -3);
      },
    }),
  ];
  for (const encoder of own) {
    const values = initialise(encoder.parameters, 1);
    const session = await ort.InferenceSession.create(exportEncoder(encoder, { values }));
    await session.release();
  }
  const session = await ort.InferenceSession.create(
    exportEncoder(own[0]!, { values: { x: Float32Array.of(1, 10) } }),
  );
  const { y } = await session.run({
    x: new ort.Tensor("float32", Float32Array.of(0, 0, 0, 0), [1, 2, 2]),
    positions: new ort.Tensor("int64", BigInt64Array.of(3n, 5n), [1, 2]),
  });
  expect([...(y!.data as Float32Array)]).toEqual([3, 30, 5, 50]);
  await session.release();
});

test("values must be those of the parameters", () => {
  const encoder = learned({ dim: 2, maxLength: 3 });
  const table = new Float32Array(6);
  expect(exportEncoder(encoder, { values: { table: array(table, [3, 2]) } })).toEqual(
    exportEncoder(encoder, { values: { table } }),
  );
  expect(() => exportEncoder(encoder)).toThrow(
    new TypeError("learned: values.table must be a Float32Array or a float32 NdArray, got undefined"),
  );
  expect(() => exportEncoder(encoder, { values: { table, weight: table } })).toThrow(
    new TypeError('learned: unknown parameter "weight" in values; it has table'),
  );
  expect(() => exportEncoder(encoder, { values: { table: new Float32Array(5) } })).toThrow(
    new RangeError("learned: values.table must have shape [3, 2], got 5 values"),
  );
  expect(() => exportEncoder(encoder, { values: { table: array(table, [2, 3]) } })).toThrow(
    new RangeError("learned: values.table must have shape [3, 2], got shape [2, 3]"),
  );
  expect(() => exportEncoder(encoder, { values: { table: array(new Int32Array(6), [3, 2]) } })).toThrow(
    new TypeError(
      "learned: values.table must be a Float32Array or a float32 NdArray, got an object (Int32Array)",
    ),
  );
  expect(() => exportEncoder(none(), { values: { table } })).toThrow(
    new TypeError('none: unknown parameter "table" in values; it has none'),
  );
  expect(() => exportEncoder(undefined as never)).toThrow(
    new TypeError("exportEncoder: encoder must be an object, got undefined"),
  );
});
