import {
  alibi,
  array,
  bind,
  type Encoder,
  initialise,
  type Kind,
  learned,
  mixedRope,
  type NdArray,
  none,
  random,
  range,
  rope,
  sinusoidal,
  sizeOf,
  typedArrays,
} from "@posenc/core";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { createEncoderSession } from "./encoder-session.ts";
import type { Runtime } from "./runtime.ts";

const { normal } = random(3);
const floats = (...shape: number[]) => array(Float32Array.from({ length: sizeOf(shape) }, normal), shape);
const ints = (shape: number[], ...values: number[]) => array(Int32Array.from(values), shape);
/** [batch, length], each row from another start. */
const grid = (batch: number, length: number) =>
  ints(
    [batch, length],
    ...Array.from({ length: batch * length }, (_, i) => (i % length) + Math.floor(i / length)),
  );

const dim = 6;
const encoders: Encoder[] = [
  none(),
  sinusoidal({ dim }),
  sinusoidal({ dim, layout: "concatenated", first: "cos", scale: 0.5 }),
  sinusoidal({ dim, exponent: "tensor2tensor", offset: 3 }),
  sinusoidal({ dim, exponent: "per-dimension" }),
  learned({ dim, maxLength: 12 }),
  rope({ dim }),
  rope({ dim, pairing: "interleaved", base: 500 }),
  rope({ dim, rotaryDim: 4, offset: 2 }),
  rope({ dim, rotaryDim: 2, pairing: "interleaved" }),
  alibi({ heads: 3 }),
  alibi({ heads: 4, direction: "symmetric" }),
  alibi({ heads: 2, direction: "split" }),
];

/** What each kind takes: many batches and lengths, as vectors of positions and as rows of a batch. */
const calls: Record<Kind, NdArray[][]> = {
  additive: [
    [floats(5, dim), range(5)],
    [floats(1, 1, dim), range(1, 7)],
    [floats(2, 4, dim), range(4, 2)],
    [floats(2, 4, dim), grid(1, 4)],
    [floats(3, 7, dim), grid(3, 7)],
    [floats(2, 3, 4, dim), range(4)],
  ],
  rotary: [
    [floats(5, dim), floats(5, dim), range(5)],
    [floats(3, 4, dim), floats(2, 4, dim), range(4, 1)],
    [floats(2, 3, 4, dim), floats(2, 1, 4, dim), range(4)],
    [floats(2, 3, 1, dim), floats(2, 3, 5, dim), range(1, 4), range(5)],
    [floats(2, 3, 4, dim), floats(2, 3, 4, dim), grid(2, 4)],
    [floats(2, 3, 4, dim), floats(2, 1, 6, dim), grid(1, 4), grid(2, 6)],
    [floats(2, 3, 4, dim), floats(2, 1, 6, dim), grid(2, 4), range(6)],
  ],
  bias: [
    [range(5), range(5)],
    [range(1, 8), range(9)],
    [grid(1, 3), grid(1, 4)],
    [grid(3, 2), grid(3, 5)],
    [grid(1, 2), grid(3, 5)],
  ],
  content: [],
};

type Run = (...inputs: NdArray[]) => Promise<NdArray | NdArray[]>;
const outputsOf = (result: NdArray | NdArray[]): NdArray[] => (Array.isArray(result) ? result : [result]);

function expectClose(found: NdArray, expected: NdArray): void {
  expect(found.shape).toEqual(expected.shape);
  expect(found.data).toBeInstanceOf(Float32Array);
  const errors = expected.data.map(
    (value, i) => Math.abs(found.data[i]! - value) / Math.max(1, Math.abs(value)),
  );
  expect(Math.max(...errors)).toBeLessThanOrEqual(1e-6);
}

for (const encoder of encoders) {
  test(`${encoder.name} ${JSON.stringify(encoder.options)}: what bind gives, at any batch and length`, async () => {
    const values = initialise(encoder.parameters, 1);
    const tensors = Object.fromEntries(
      Object.entries(values).map(([name, data]) => [name, array(data, encoder.parameters[name]!.shape)]),
    );
    const applied = bind(encoder, typedArrays, tensors) as (...inputs: NdArray[]) => NdArray | NdArray[];
    const session = await createEncoderSession(encoder, ort, { values });
    for (const inputs of calls[encoder.kind]) {
      const found = outputsOf(await (session.run as Run)(...inputs));
      const expected = outputsOf(applied(...inputs));
      expect(found.length).toBe(expected.length);
      found.forEach((output, i) => {
        expectClose(output, expected[i]!);
      });
    }
    await session.dispose();
  });
}

test("real positions: fractions, and whole numbers that float32 holds", async () => {
  const encoder = sinusoidal({ dim: 2, positions: "real" });
  const session = await createEncoderSession(encoder, ort);
  const zeros = array(new Float32Array(4), [2, 2]);
  const fractions = await session.run(zeros, array(Float32Array.of(0.5, -2)));
  expect(fractions.data).toEqual(Float32Array.of(Math.sin(0.5), Math.cos(0.5), Math.sin(-2), Math.cos(-2)));
  const wholes = await session.run(zeros, ints([2], 1, 2));
  expect(wholes.data).toEqual(Float32Array.of(Math.sin(1), Math.cos(1), Math.sin(2), Math.cos(2)));
  await expect(session.run(zeros, ints([2], 0, 16_777_217))).rejects.toThrow(
    new RangeError("sinusoidal: positions must be whole numbers that float32 holds, got 16777217 at index 1"),
  );
  await session.dispose();
});

test("bad input is refused before the graph runs", async () => {
  const table = await createEncoderSession(learned({ dim: 2, maxLength: 3 }), ort, {
    values: { table: new Float32Array(6) },
  });
  const x = floats(2, 2);
  await expect(table.run(x, ints([2], 1, 3))).rejects.toThrow(
    new RangeError("learned: positions must be below 3, got 3 at index 1"),
  );
  await expect(table.run(x, ints([2], 0, -1))).rejects.toThrow(
    new RangeError("learned: positions must be 0 or greater, got -1 at index 1"),
  );
  await expect(table.run(x, range(3))).rejects.toThrow(RangeError);
  await expect(table.run(x, array(Float32Array.of(0, 1)))).rejects.toThrow(
    new TypeError("learned: positions must be int32, got float32"),
  );
  await expect(table.run(x, [0, 1] as never)).rejects.toThrow(
    new TypeError("learned: positions must be a tensor (array(data, shape)), got [0, 1]"),
  );
  await table.dispose();

  const rotation = await createEncoderSession(rope({ dim: 4 }), ort);
  await expect(rotation.run(floats(3, 4), floats(2, 4), range(3))).rejects.toThrow(RangeError);
  await expect(rotation.run(floats(3, 6), floats(3, 6), range(3))).rejects.toThrow(RangeError);
  await rotation.dispose();
});

test("after dispose, run says so; a second dispose does nothing", async () => {
  const session = await createEncoderSession(alibi({ heads: 2 }), ort);
  await session.dispose();
  await session.dispose();
  await expect(session.run(range(2), range(2))).rejects.toThrow(
    new Error("alibi: run was called after dispose"),
  );
});

test("what is missing is named", async () => {
  await expect(createEncoderSession(none(), undefined as never)).rejects.toThrow(
    new TypeError(
      'createEncoderSession: runtime must be ONNX Runtime, { InferenceSession, Tensor } as in import * as ort from "onnxruntime-node", got undefined',
    ),
  );
  await expect(createEncoderSession(none(), { Tensor: ort.Tensor } as Runtime)).rejects.toThrow(TypeError);
  await expect(createEncoderSession(learned({ dim: 2, maxLength: 3 }), ort)).rejects.toThrow(
    new TypeError("learned: values.table must be a Float32Array or a float32 NdArray, got undefined"),
  );
  await expect(createEncoderSession(undefined as never, ort)).rejects.toThrow(
    new TypeError("createEncoderSession: encoder must be an object, got undefined"),
  );
});

test("turns of each head, for a batch that stands alike", async () => {
  const encoder = mixedRope({ dim: 8, heads: 2 });
  const values = initialise(encoder.parameters, 1);
  const bound = bind(encoder, typedArrays, { frequencies: array(values.frequencies!, [2, 2, 4]) });
  const [q, k] = [floats(3, 2, 4, 8), floats(3, 2, 4, 8)];
  const session = await createEncoderSession(encoder, ort, { values });
  const got = await session.run(q, k, array(Int32Array.of(0, 0, 0, 1, 1, 0, 1, 1), [4, 2]));
  await session.dispose();
  const want = bound(q, k, array(Int32Array.of(0, 0, 0, 1, 1, 0, 1, 1), [4, 2]));
  got.forEach((output, i) => {
    expect(output.shape).toEqual(want[i]!.shape);
    output.data.forEach((value, at) => {
      expect(Math.abs(value - want[i]!.data[at]!)).toBeLessThan(1e-6);
    });
  });
});

test("the same encoder with the same options is loaded once, and freed with its last session", async () => {
  let [created, released] = [0, 0];
  const InferenceSession = {
    async create(bytes: Uint8Array) {
      const session = await ort.InferenceSession.create(bytes);
      created++;
      const release = session.release.bind(session);
      return Object.assign(session, {
        release: () => {
          released++;
          return release();
        },
      });
    },
  } as unknown as Runtime["InferenceSession"];
  const runtime = { InferenceSession, Tensor: ort.Tensor };
  const encoder = alibi({ heads: 2 });
  const [first, second] = await Promise.all([
    createEncoderSession(encoder, runtime),
    createEncoderSession(encoder, runtime),
  ]);
  const other = await createEncoderSession(encoder, runtime, { opset: 20 });
  expect([created, released]).toEqual([2, 0]);
  await first.dispose();
  await first.dispose();
  await expect(first.run(range(2), range(2))).rejects.toThrow("run was called after dispose");
  expect((await second.run(range(2), range(2))).shape).toEqual([2, 2, 2]);
  await second.dispose();
  await other.dispose();
  expect([created, released]).toEqual([2, 2]);
  await (await createEncoderSession(encoder, runtime)).dispose();
  expect([created, released]).toEqual([3, 3]);
});

test("positions beyond the tables, and rows longer than they are, are refused before the runtime sees them", async () => {
  const encoder = rope({ dim: 4 });
  const options = { maxPosition: 8, rotary: "com.microsoft" } as const;
  const session = await createEncoderSession(encoder, ort, options);
  const x = (length: number) => floats(1, 1, length, 4);
  await expect(session.run(x(2), x(2), range(2, 7))).rejects.toThrow(
    new RangeError("rope: positions must be below 8, got 8 at index 1"),
  );
  const still = ints([9], ...new Array<number>(9).fill(0));
  await expect(session.run(x(9), x(9), still)).rejects.toThrow(
    new RangeError("rope: length of q must be at most maxPosition 8 with the fused operator, got 9"),
  );
  expect((await session.run(x(8), x(8), range(8)))[0].shape).toEqual([1, 1, 8, 4]);
  await session.dispose();
});
