/** A composition trains nothing here, but goes the whole way: typed arrays, ONNX, ONNX Runtime. */
import { alibi, array, compose, initialise, learned, range, rope, typedArrays } from "@posenc/core";
import { transformer } from "@posenc/model";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { createModelSession } from "./model-session.ts";

test("learned, alibi, and rope in the second layer only", async () => {
  const encoder = compose(
    learned({ dim: 16, maxLength: 8, initialDeviation: 1 }),
    alibi({ heads: 2, direction: "split" }),
    { encoder: rope({ dim: 8 }), layers: [1] },
  );
  const model = transformer({ vocabulary: 9, outputs: 3, dim: 16, heads: 2, blocks: 2, encoder });
  const values = initialise(model.parameters, 1);
  const tensors = Object.fromEntries(
    Object.entries(values).map(([name, data]) => [name, array(data, model.parameters[name]!.shape)]),
  );
  const tokens = array(
    Int32Array.from({ length: 10 }, (_, i) => (i * 4) % 9),
    [2, 5],
  );
  const want = model.forward(typedArrays, tensors, tokens, range(5));
  const session = await createModelSession(model, values, ort);
  const got = await session.run(tokens);
  await session.dispose();
  expect(got.shape).toEqual([2, 3]);
  got.data.forEach((value, i) => {
    expect(Math.abs(value - want.data[i]!)).toBeLessThan(1e-5);
  });

  const plain = transformer({
    vocabulary: 9,
    outputs: 3,
    dim: 16,
    heads: 2,
    blocks: 2,
    encoder: rope({ dim: 8 }),
  });
  expect(Object.keys(model.parameters)).toEqual(expect.arrayContaining(Object.keys(plain.parameters)));
  const sizes = { vocabulary: 9, outputs: 3, dim: 16, heads: 2 };
  expect(() => transformer({ ...sizes, blocks: 1, encoder })).toThrow(
    new RangeError("transformer: layers of rope must be below blocks 1, got 1"),
  );
});
