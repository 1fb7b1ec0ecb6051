import { everyEncoder } from "@posenc/conformance";
import {
  alibi,
  array,
  type Encoder,
  initialise,
  type Kind,
  learned,
  type NdArray,
  none,
  range,
  rope,
  sinusoidal,
  typedArrays,
} from "@posenc/core";
import { type Transformer, transformer } from "@posenc/model";
import { exportModel } from "@posenc/onnx";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDecoder, type Decoder, openDecoder } from "./decoder.ts";
import type { Runtime } from "./runtime.ts";

const sizes = {
  vocabulary: 9,
  outputs: 4,
  dim: 8,
  heads: 2,
  blocks: 2,
  causal: true,
  head: "token",
} as const;
const ints = (shape: readonly number[], ...values: number[]) => array(Int32Array.from(values), shape);

function wholePass(
  model: Transformer,
  values: Readonly<Record<string, Float32Array>>,
  tokens: NdArray,
): NdArray {
  const tensors = Object.fromEntries(
    Object.entries(model.parameters).map(([name, { shape }]) => [name, array(values[name]!, shape)]),
  );
  return model.forward(typedArrays, tensors, tokens, range(tokens.shape[1]!));
}

function expectRows(got: NdArray, want: NdArray, from: number): void {
  const [, length, outputs] = got.shape as [number, number, number];
  const rows = want.data.subarray(from * outputs, (from + length) * outputs);
  got.data.forEach((value, i) => {
    expect(Math.abs(value - rows[i]!)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(rows[i]!)));
  });
}

describe("every encoder decodes, or says why not", () => {
  const dims: Record<Kind, (encoder: Encoder) => { dim: number; heads: number }> = {
    additive: (encoder) => ({ dim: ("dim" in encoder && encoder.dim) || 8, heads: 1 }),
    rotary: (encoder) => {
      const heads = (encoder.options.heads as number | undefined) ?? 2;
      return { dim: heads * (encoder as { dim: number }).dim, heads };
    },
    bias: (encoder) => ({
      dim: 4 * (encoder as { heads: number }).heads,
      heads: (encoder as { heads: number }).heads,
    }),
    content: (encoder) => {
      const { heads, dim } = encoder as { heads: number; dim: number };
      return { dim: heads * dim, heads };
    },
  };

  test.each(
    everyEncoder.map((encoder) => [`${encoder.name} ${JSON.stringify(encoder.options)}`, encoder] as const),
  )("%s", async (_, encoder) => {
    const axes = encoder.positions?.axes;
    const model = transformer({
      ...sizes,
      ...dims[encoder.kind](encoder),
      causal: axes === undefined,
      encoder,
    });
    const values = initialise(model.parameters, 5);
    if (axes !== undefined || encoder.cacheSafe === false) {
      await expect(createDecoder(model, values, ort)).rejects.toThrow(
        axes === undefined
          ? /^exportModel: encoder must be safe with a cache/
          : /^exportModel: causal must be true/,
      );
      return;
    }
    const tokens = [3, 1, 4, 1, 5, 8];
    const want = wholePass(model, values, ints([1, 6], ...tokens));
    const decoder = await createDecoder(model, values, ort);
    expectRows(await decoder.prefill(ints([1, 3], ...tokens.slice(0, 3))), want, 0);
    for (let i = 3; i < 6; i++) expectRows(await decoder.step(ints([1, 1], tokens[i]!)), want, i);
    await decoder.dispose();
  });
});

describe("a decoder", () => {
  const model = transformer({ ...sizes, encoder: learned({ dim: 8, maxLength: 6, initialDeviation: 1 }) });
  const values = initialise(model.parameters, 2);
  let decoder: Decoder;
  beforeAll(async () => {
    decoder = await createDecoder(model, values, ort);
  });
  afterAll(() => decoder.dispose());

  test("prefill begins anew, with any batch", async () => {
    const tokens = ints([1, 4], 1, 2, 3, 4);
    const first = await decoder.prefill(tokens);
    expect(decoder.length).toBe(4);
    await decoder.prefill(ints([2, 2], 5, 6, 7, 8));
    await decoder.step(ints([2, 1], 5, 6));
    expect(decoder.length).toBe(3);
    expect(await decoder.prefill(tokens)).toEqual(first);
  });

  test("bad input is refused, and the cache stays as it was", async () => {
    await decoder.prefill(ints([2, 5], 1, 2, 3, 4, 5, 6, 7, 8, 0, 1));
    const refused = (tokens: unknown, input: object, error: Error) =>
      expect(decoder.step(tokens as NdArray, input)).rejects.toThrow(error);
    const one = ints([2, 1], 1, 2);
    await refused([1], {}, new TypeError("decoder: tokens must be a tensor (array(data, shape)), got [1]"));
    await refused(
      ints([2, 1], 1, 9),
      {},
      new RangeError("decoder: tokens must be from 0 to 8, got 9 at index 1"),
    );
    await refused(
      ints([1, 1], 1),
      {},
      new RangeError("decoder: tokens must have 2 rows, as those in the cache, got 1"),
    );
    await refused(ints([2, 0]), {}, new RangeError("decoder: tokens must be one or more, got shape [2, 0]"));
    await refused(
      ints([2, 2], 1, 2, 3, 4),
      {},
      new RangeError("decoder: positions must be below 6, got 6 at index 1"),
    );
    await refused(
      one,
      { mask: ints([1, 2], 1, 1) },
      new RangeError("decoder: mask must have the shape [2, 1] of tokens, got [1, 2]"),
    );
    await refused(
      one,
      { mask: ints([2, 1], 1, 3) },
      new RangeError("decoder: mask must be 0 or 1, got 3 at index 1"),
    );
    await refused(
      one,
      { segments: array(new Float32Array(2), [2, 1]) },
      new TypeError("decoder: segments must be int32, got float32"),
    );
    await refused(
      one,
      { positions: range(2) },
      new RangeError("decoder: positions must have shape [1] or [2, 1], as tokens, got [2]"),
    );
    await refused(
      one,
      { positons: range(1) },
      new TypeError('decoder: unknown option "positons"; known are mask, segments, positions'),
    );
    expect(decoder.length).toBe(5);
    const want = wholePass(model, values, ints([1, 6], 1, 2, 3, 4, 5, 3));
    const logits = await decoder.step(ints([2, 1], 3, 4));
    expectRows(array(logits.data.slice(0, 4), [1, 1, 4]), want, 5);
  });

  test("positions of one's own are counted on from", async () => {
    const tokens = ints([1, 3], 1, 2, 3);
    const logits = await decoder.prefill(tokens, { positions: range(3, 2) });
    const next = await decoder.step(ints([1, 1], 4));
    const tensors = Object.fromEntries(
      Object.entries(model.parameters).map(([name, { shape }]) => [name, array(values[name]!, shape)]),
    );
    const want = model.forward(typedArrays, tensors, ints([1, 4], 1, 2, 3, 4), range(4, 2));
    expectRows(logits, want, 0);
    expectRows(next, want, 3);
  });

  test("one call at a time", async () => {
    const going = decoder.prefill(ints([1, 1], 1));
    await expect(decoder.step(ints([1, 1], 1))).rejects.toThrow(
      new Error("decoder: step was called before the call before it had ended"),
    );
    await expect(decoder.dispose()).rejects.toThrow(
      new Error("decoder: dispose was called before the call before it had ended"),
    );
    await going;
    expect(decoder.length).toBe(1);
  });
});

test("from a file, with names of one's own; dispose frees the session once", async () => {
  const model = transformer({ ...sizes, encoder: rope({ dim: 4, positions: "real" }) });
  const values = initialise(model.parameters, 2);
  const names = { tokens: "input_ids", mask: "attention_mask", "past.1.key": "past_key_values.1.key" };
  let released = 0;
  const counted: Runtime = {
    Tensor: ort.Tensor,
    InferenceSession: {
      create: async (...given: [Uint8Array]) => {
        const session = await ort.InferenceSession.create(...given);
        const release = session.release.bind(session);
        session.release = () => {
          released++;
          return release();
        };
        return session;
      },
    } as Runtime["InferenceSession"],
  };
  const decoder = await openDecoder(exportModel(model, values, { cache: true, names }), counted);
  expect(decoder.model.options.encoder.name).toBe("rope");
  const want = wholePass(model, values, ints([1, 3], 1, 2, 3));
  expectRows(await decoder.step(ints([1, 2], 1, 2)), want, 0);
  expectRows(await decoder.step(ints([1, 1], 3)), want, 2);
  await decoder.dispose();
  await decoder.dispose();
  expect(released).toBe(1);
  await expect(decoder.step(ints([1, 1], 3))).rejects.toThrow(
    new Error("decoder: step was called after dispose"),
  );
});

test.each([
  learned({ dim: 8, maxLength: 12, initialDeviation: 1 }),
  alibi({ heads: 2 }),
  sinusoidal({ dim: 8, positions: "real" }),
])("Optimum's attention mask [batch, total]: positions are counted from it, with $name", async (encoder) => {
  const model = transformer({ ...sizes, encoder });
  const values = initialise(model.parameters, 2);
  const names = { tokens: "input_ids", positions: "position_ids", mask: "attention_mask" };
  const bytes = exportModel(model, values, { cache: true, mask: "padding", names });

  const session = await ort.InferenceSession.create(bytes);
  const cacheNames = [0, 1].flatMap((i) => [`past.${i}.key`, `past.${i}.value`]);
  expect([...session.inputNames]).toEqual(["input_ids", "position_ids", "attention_mask", ...cacheNames]);
  await session.release();

  const decoder = await openDecoder(bytes, ort);
  const rows = [
    [5, 6, 7, 8, 2, 1],
    [3, 1, 4],
  ] as const;
  const wanted = rows.map((row) => wholePass(model, values, ints([1, row.length], ...row)));
  const prompts = ints([2, 5], ...rows[0].slice(0, 5), 0, 0, 0, 3, 1);
  const first = await decoder.prefill(prompts, { mask: ints([2, 5], 1, 1, 1, 1, 1, 0, 0, 0, 1, 1) });
  const next = await decoder.step(ints([2, 1], 1, 4));
  expectRows(array(first.data.slice(0, 20), [1, 5, 4]), wanted[0]!, 0);
  expectRows(array(first.data.slice(32), [1, 2, 4]), wanted[1]!, 0);
  expectRows(array(next.data.slice(0, 4), [1, 1, 4]), wanted[0]!, 5);
  expectRows(array(next.data.slice(4), [1, 1, 4]), wanted[1]!, 2);
  await expect(decoder.step(ints([2, 1], 1, 4), { segments: ints([2, 1], 1, 1) })).rejects.toThrow(
    new TypeError('decoder: unknown option "segments"; known are mask'),
  );
  await decoder.dispose();
});

test("a file without a cache, a missing runtime", async () => {
  const model = transformer({ ...sizes, encoder: alibi({ heads: 2 }) });
  const values = initialise(model.parameters, 2);
  await expect(openDecoder(exportModel(model, values), ort)).rejects.toThrow(
    new RangeError("openDecoder: the file must be exported with cache: true, and has no past"),
  );
  await expect(createDecoder(model, values, {} as Runtime)).rejects.toThrow(
    /^createDecoder: runtime must be ONNX Runtime/,
  );
  const bidirectional = transformer({ ...sizes, causal: false, encoder: none() });
  await expect(createDecoder(bidirectional, initialise(bidirectional.parameters, 1), ort)).rejects.toThrow(
    /^exportModel: causal must be true with a cache/,
  );
});
