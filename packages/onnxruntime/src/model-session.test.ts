import {
  alibi,
  array,
  type Encoder,
  initialise,
  learned,
  none,
  random,
  range,
  rope,
  sinusoidal,
  typedArrays,
} from "@posenc/core";
import { type Transformer, transformer } from "@posenc/model";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { createModelSession } from "./model-session.ts";

const size = { vocabulary: 9, outputs: 4, dim: 16, heads: 2, blocks: 2, hidden: 24 };
const encoders: Encoder[] = [
  none(),
  sinusoidal({ dim: 16 }),
  learned({ dim: 16, maxLength: 20, initialDeviation: 1 }),
  rope({ dim: 8 }),
  rope({ dim: 8, pairing: "interleaved", rotaryDim: 4 }),
  rope({ dim: 8, positions: "real" }),
  alibi({ heads: 2 }),
  alibi({ heads: 2, direction: "split" }),
];
const forms = [
  { causal: true, head: "token" },
  { causal: false, head: "pooled" },
] as const;

const { below } = random(5);
const tokensOf = (batch: number, length: number) =>
  array(
    Int32Array.from({ length: batch * length }, () => below(size.vocabulary)),
    [batch, length],
  );

function reference(model: Transformer, values: Record<string, Float32Array>) {
  const tensors = Object.fromEntries(
    Object.entries(values).map(([name, data]) => [name, array(data, model.parameters[name]!.shape)]),
  );
  return (...[tokens, positions]: [ReturnType<typeof array>, ReturnType<typeof array>]) =>
    model.forward(typedArrays, tensors, tokens, positions);
}

describe.each(forms)("causal $causal, head $head", (form) => {
  test.each(
    encoders.map((encoder) => [`${encoder.name} ${JSON.stringify(encoder.options)}`, encoder] as const),
  )("%s: the logits of the typed arrays at any batch and length", async (_, encoder) => {
    const model = transformer({ ...size, ...form, encoder });
    const values = initialise(model.parameters, 2);
    const forward = reference(model, values);
    const session = await createModelSession(model, values, ort);
    const padded = array(Int32Array.of(0, 0, 1, 2, 0, 1, 2, 3), [2, 4]);
    for (const [batch, length, positions] of [
      [1, 1, undefined],
      [3, 5, undefined],
      [2, 13, range(13, 7)],
      [2, 4, padded],
      [2, 4, array(Int32Array.of(3, 0, 2, 1), [1, 4])],
    ] as const) {
      const tokens = tokensOf(batch, length);
      const found = await session.run(tokens, positions);
      const expected = forward(tokens, positions ?? range(length));
      expect(found.shape).toEqual(form.head === "token" ? [batch, length, 4] : [batch, 4]);
      const errors = expected.data.map(
        (value, i) => Math.abs(found.data[i]! - value) / Math.max(1, Math.abs(value)),
      );
      expect(Math.max(...errors)).toBeLessThanOrEqual(1e-6);
    }
    await session.dispose();
  });
});

test("bad input is refused before the graph runs", async () => {
  const model = transformer({ ...size, encoder: learned({ dim: 16, maxLength: 4 }) });
  const session = await createModelSession(model, initialise(model.parameters, 2), ort);
  await expect(session.run(array(Int32Array.of(0, 9), [1, 2]))).rejects.toThrow(
    new RangeError("transformer: tokens must be from 0 to 8, got 9 at index 1"),
  );
  await expect(session.run(tokensOf(1, 5))).rejects.toThrow(
    new RangeError("transformer: positions must be below 4, got 4 at index 4"),
  );
  await expect(session.run(tokensOf(2, 3), range(4))).rejects.toThrow(
    new RangeError("transformer: positions must have shape [3] or [2, 3], as tokens, got [4]"),
  );
  await expect(session.run(array(new Float32Array(2), [1, 2]))).rejects.toThrow(
    new TypeError("transformer: tokens must be int32, got float32"),
  );
  await expect(session.run([[0, 1]] as never)).rejects.toThrow(TypeError);
  await session.dispose();
  await expect(session.run(tokensOf(1, 2))).rejects.toThrow(
    new Error("transformer: run was called after dispose"),
  );
});

test("a missing runtime is named", async () => {
  const model = transformer({ ...size, encoder: none() });
  await expect(createModelSession(model, initialise(model.parameters, 2), {} as never)).rejects.toThrow(
    new TypeError(
      'createModelSession: runtime must be ONNX Runtime, { InferenceSession, Tensor } as in import * as ort from "onnxruntime-node", got an object (Object)',
    ),
  );
});
