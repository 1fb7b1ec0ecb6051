import { random } from "@posenc/core";
import * as ort from "onnxruntime-node";
import { expect } from "vitest";

export type Feed = Readonly<Record<string, ort.Tensor>>;

const whole = new Set(["position_ids", "positions", "key_positions", "tokens"]);

/** Random numbers, and whole ones below 10 for positions and tokens. */
export function feed(shapes: Readonly<Record<string, readonly number[]>>, seed = 1): Feed {
  const { normal, below } = random(seed);
  return Object.fromEntries(
    Object.entries(shapes).map(([name, dims]) => {
      const size = dims.reduce((a, b) => a * b, 1);
      return whole.has(name)
        ? [
            name,
            new ort.Tensor(
              "int64",
              BigInt64Array.from({ length: size }, () => BigInt(below(10))),
              dims,
            ),
          ]
        : [
            name,
            new ort.Tensor(
              "float32",
              Float32Array.from({ length: size }, () => normal()),
              dims,
            ),
          ];
    }),
  );
}

export async function run(bytes: Uint8Array, inputs: Feed): Promise<ort.InferenceSession.ReturnType> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4 });
  try {
    return await session.run(inputs, { logSeverityLevel: 4 });
  } finally {
    await session.release();
  }
}

/** The largest difference of any output. */
export async function difference(before: Uint8Array, after: Uint8Array, inputs: Feed): Promise<number> {
  const [expected, got] = [await run(before, inputs), await run(after, inputs)];
  expect(Object.keys(got)).toEqual(Object.keys(expected));
  let largest = 0;
  for (const [name, { data, dims }] of Object.entries(expected)) {
    expect(got[name]!.dims, name).toEqual(dims);
    const values = got[name]!.data as Float32Array;
    for (const [i, value] of (data as Float32Array).entries())
      largest = Math.max(largest, Number.isNaN(values[i]! - value) ? Infinity : Math.abs(values[i]! - value));
  }
  return largest;
}
