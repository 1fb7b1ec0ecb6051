import { array, initialise, rope } from "@posenc/core";
import { transformer } from "@posenc/model";
import { exportEncoder, exportModel, graph, onnxOps, rewriteRotary } from "@posenc/onnx";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { verifyRewrite } from "./verify-rewrite.ts";

const before = exportEncoder(rope({ dim: 8, pairing: "interleaved", rotaryDim: 4 }));

test.each(["ai.onnx", "com.microsoft"] as const)(
  "an encoder and its %s form are the same",
  async (target) => {
    const { bytes, rewritten } = rewriteRotary(before, target);
    expect(rewritten).toHaveLength(2);
    const { largest, outputs, shapes } = await verifyRewrite(before, bytes, ort);
    expect(largest).toBeLessThan(1e-6);
    expect(Object.keys(outputs)).toEqual(["q_rotated", "k_rotated"]);
    expect(shapes).toEqual({
      q: [2, 7, 7, 8],
      k: [2, 7, 7, 8],
      positions: [2, 7],
      key_positions: [2, 7],
    });
  },
);

test("a model", async () => {
  const model = transformer({ vocabulary: 10, outputs: 4, dim: 8, heads: 2, encoder: rope({ dim: 4 }) });
  const bytes = exportModel(model, initialise(model.parameters, 1));
  const { largest } = await verifyRewrite(bytes, rewriteRotary(bytes, "com.microsoft").bytes, ort);
  expect(largest).toBeLessThan(1e-6);
});

/** y = x · factor */
function scaled(factor: number, dims: (number | string)[] = ["past + length", 3]): Uint8Array {
  const builder = graph();
  const x = builder.input("x", "float32", dims);
  builder.output("y", onnxOps(builder).mul(x, factor));
  return builder.toBytes();
}

test("a difference is found, and inputs and lengths can be given", async () => {
  const x = array(Float32Array.of(1, -4, 2), [1, 3]);
  const result = await verifyRewrite(scaled(1), scaled(1.5), ort, { inputs: { x } });
  expect(result).toEqual({ largest: 2, outputs: { y: 2 }, shapes: { x: [1, 3] } });
  const { shapes } = await verifyRewrite(scaled(1), scaled(1), ort, { lengths: { past: 4, length: 5 } });
  expect(shapes).toEqual({ x: [9, 3] });
  expect((await verifyRewrite(scaled(1), scaled(Number.NaN), ort)).largest).toBe(Number.POSITIVE_INFINITY);
});

test("what does not fit is said", async () => {
  await expect(verifyRewrite(scaled(1), scaled(1), undefined as never)).rejects.toThrow(
    /^verifyRewrite: runtime must be ONNX Runtime/,
  );
  await expect(
    verifyRewrite(scaled(1), scaled(1), ort, { inputs: { z: array(new Float32Array(3), [1, 3]) } }),
  ).rejects.toThrow(new TypeError('verifyRewrite: unknown input "z"; the model has x'));
  await expect(verifyRewrite(scaled(1), scaled(1), ort, { lengths: { past: -1 } })).rejects.toThrow(
    new RangeError("verifyRewrite: lengths.past must be at least 0, got -1"),
  );
  const builder = graph();
  const x = builder.input("x", "float32", ["n", 3]);
  builder.output("y", onnxOps(builder).sum(x, -1));
  await expect(verifyRewrite(scaled(1), builder.toBytes(), ort)).rejects.toThrow(
    new RangeError('verifyRewrite: output "y" must be float32 [4, 3], as before, got float32 [4, 1]'),
  );
});
