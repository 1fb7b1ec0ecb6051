/** Exports in other forms, run in ONNX Runtime. */
import { expectClose, expectUlps, reference } from "@posenc/conformance";
import {
  alibi,
  array,
  axialRope,
  bind,
  cope,
  type Encoder,
  forgetting,
  initialise,
  learned,
  type NdArray,
  random,
  range,
  rope,
  sinusoidal,
  sizeOf,
  t5,
  typedArrays,
  xpos,
  yarnScaling,
} from "@posenc/core";
import { type ExportEncoderOptions, exportEncoder, readEncoder, targetPresets } from "@posenc/onnx";
import * as node from "onnxruntime-node";
import * as web from "onnxruntime-web";
import { describe, expect, test } from "vitest";
import { openGraph } from "./runtime.ts";

web.env.wasm.numThreads = 1;

function noise(name: string, ...shape: number[]): NdArray {
  const { uniform } = random(1, name);
  return array(
    Float32Array.from({ length: sizeOf(shape) }, () => 2 * uniform() - 1),
    shape,
  );
}

/** Runs a file in both builds, and expects the same of both. */
async function runFile(bytes: Uint8Array, inputs: Record<string, NdArray>): Promise<Record<string, NdArray>> {
  const results = [];
  for (const runtime of [node, web]) {
    const session = await openGraph("test", runtime, bytes);
    results.push(await session.run(inputs));
    await session.dispose();
  }
  const [first, second] = results as [Record<string, NdArray>, Record<string, NdArray>];
  for (const [name, x] of Object.entries(first))
    expectClose(second[name]!, x, 1e-6, `${name} in the web build`);
  return first;
}

const { add, flatten, matMul, mul, softmax, swapAxes } = typedArrays;
const flat = (x: NdArray) => flatten(swapAxes(x, -3, -2), x.shape[1]! * x.shape[3]!);

/** softmax(q·kᵀ / √dim + scores) · v, on typed arrays. */
function attention(q: NdArray, k: NdArray, v: NdArray, scores?: NdArray): NdArray {
  const products = mul(matMul(q, swapAxes(k, -2, -1)), 1 / Math.sqrt(q.shape.at(-1)!));
  return matMul(softmax(scores ? add(products, scores) : products), v);
}

function causal(queries: NdArray, keys: NdArray): NdArray {
  const data = [...queries.data].flatMap((q) => [...keys.data].map((k) => (k > q ? -1e9 : 0)));
  return array(Float32Array.from(data), [queries.shape.at(-1)!, keys.shape.at(-1)!]);
}

const [batch, heads, length, dim] = [3, 4, 5, 8];
const q = noise("q", batch, heads, length, dim);
const k = noise("k", batch, heads, length, dim);
const v = noise("v", batch, heads, length, dim);

describe("positions as an offset", () => {
  const offset = array(Int32Array.of(7), []);

  test("additive: the length is that of x", async () => {
    const encoder = sinusoidal({ dim });
    const x = noise("x", batch, length, dim);
    const { y } = await runFile(exportEncoder(encoder, { positions: "offset" }), { x, offset });
    expectClose(y!, bind(encoder, typedArrays, {})(x, range(length, 7)));
  });

  for (const options of Object.values(targetPresets)) {
    test(`rotary: queries and keys have offsets of their own, ${JSON.stringify(options)}`, async () => {
      const encoder = rope({ dim });
      const bytes = exportEncoder(encoder, { ...options, positions: "offset" });
      const key_offset = array(Int32Array.of(2), []);
      const { q_rotated, k_rotated } = await runFile(bytes, { q, k, offset, key_offset });
      const want = bind(encoder, typedArrays, {})(q, k, range(length, 7), range(length, 2));
      expectClose(q_rotated!, want[0]);
      expectClose(k_rotated!, want[1]);
    });
  }

  test("real positions", async () => {
    const encoder = rope({ dim, positions: "real" });
    const bytes = exportEncoder(encoder, { positions: "offset" });
    const { q_rotated } = await runFile(bytes, { q, k, offset, key_offset: offset });
    expectClose(q_rotated!, bind(encoder, typedArrays, {})(q, k, range(length, 7))[0]);
  });
});

describe("the flat layout [batch, length, heads · dim]", () => {
  for (const options of Object.values(targetPresets)) {
    for (const rotaryDim of [dim, 4]) {
      test(`${rotaryDim} of ${dim} dimensions, ${JSON.stringify(options)}`, async () => {
        const encoder = rope({ dim, rotaryDim, pairing: "interleaved" });
        const layout = { layout: "flat", heads, keyHeads: 2 } as const;
        const few = noise("few", batch, 2, length, dim);
        const positions = array(range(length).data, [1, length]);
        const inputs = { q: flat(q), k: flat(few), positions, key_positions: positions };
        const { q_rotated, k_rotated } = await runFile(
          exportEncoder(encoder, { ...options, ...layout }),
          inputs,
        );
        const want = bind(encoder, typedArrays, {})(q, few, range(length));
        expectClose(q_rotated!, flat(want[0]));
        expectClose(k_rotated!, flat(want[1]));
      });
    }
  }
});

describe("inside the operator Attention", () => {
  const positions = array(range(length).data, [1, length]);
  const biases: Encoder[] = [
    alibi({ heads }),
    t5({ heads }),
    cope({ heads, dim, maxPosition: 4 }),
    forgetting({ heads, dim }),
  ];
  for (const encoder of biases) {
    for (const kind of ["full", "causal"] as const) {
      for (const layout of ["heads", "flat"] as const) {
        test(`${encoder.name}, ${kind}, ${layout}`, async () => {
          const values = initialise(encoder.parameters, 1);
          const options = {
            opset: 23,
            attention: kind,
            layout,
            ...(encoder.kind === "bias" && { headDim: dim }),
          };
          const bytes = exportEncoder(encoder, { ...options, values });
          const arranged = layout === "flat" ? { q: flat(q), k: flat(k), v: flat(v) } : { q, k, v };
          const { y } = await runFile(bytes, { ...arranged, queries: positions, keys: positions });
          const parameters = Object.fromEntries(
            Object.entries(encoder.parameters).map(([name, { shape }]) => [
              name,
              array(values[name]!, shape),
            ]),
          );
          const products = mul(matMul(q, swapAxes(k, -2, -1)), 1 / Math.sqrt(dim));
          const scores =
            encoder.kind === "content"
              ? bind(encoder, typedArrays, parameters)({ q, k, products }, range(length), range(length))
              : bind(
                  encoder as ReturnType<typeof alibi>,
                  typedArrays,
                  parameters,
                )(range(length), range(length));
          const masked = kind === "causal" ? add(scores, causal(positions, positions)) : scores;
          const want = attention(q, k, v, masked);
          expectClose(y!, layout === "flat" ? flat(want) : want, 2e-6);
        });
      }
    }
  }

  test("rotary, causal, from offsets: a decoding step", async () => {
    const encoder = rope({ dim });
    const bytes = exportEncoder(encoder, {
      opset: 23,
      rotary: "ai.onnx",
      attention: "causal",
      positions: "offset",
    });
    const last = noise("last", batch, heads, 1, dim);
    const at = (offset: number) => array(Int32Array.of(offset), []);
    const { y } = await runFile(bytes, { q: last, k, v, offset: at(4), key_offset: at(0) });
    const [turnedQ, turnedK] = bind(encoder, typedArrays, {})(last, k, range(1, 4), range(length));
    expectClose(y!, attention(turnedQ, turnedK, v), 2e-6);
  });
});

describe("tables up to maxPosition", () => {
  const maxPosition = 300;
  for (const [name, preset] of Object.entries(targetPresets)) {
    test(`rotary, ${name}: no sine is left, and values are the same bits`, async () => {
      const encoder = rope({ dim, scaling: yarnScaling({ factor: 4, originalMaxPositionEmbeddings: 64 }) });
      const bytes = exportEncoder(encoder, { ...preset, maxPosition });
      expect(new TextDecoder("latin1").decode(bytes)).not.toMatch(/\bSin|SinCos/);
      const positions = array(range(length, 295).data, [1, length]);
      const inputs = { q, k, positions, key_positions: positions };
      const { q_rotated } = await runFile(bytes, inputs);
      const computed = await runFile(exportEncoder(encoder, preset), inputs);
      expect(q_rotated!.data).toEqual(computed.q_rotated!.data);
    });
  }

  test("additive, and keys of xPos by a table of their own", async () => {
    const x = noise("x", batch, length, dim);
    const positions = array(range(length, 200).data, [1, length]);
    const { y } = await runFile(exportEncoder(sinusoidal({ dim }), { maxPosition }), { x, positions });
    expectUlps(y!, bind(sinusoidal({ dim }), typedArrays, {})(x, range(length, 200)), 0);
    const inputs = { q, k, positions, key_positions: positions };
    const { k_rotated } = await runFile(exportEncoder(xpos({ dim }), { maxPosition }), inputs);
    expectClose(k_rotated!, bind(xpos({ dim }), typedArrays, {})(q, k, range(length, 200))[1]);
  });
});

test("where every sequence has positions of its own, a fused rotation reads them as they are", async () => {
  const encoder = rope({ dim });
  const each = array(
    Int32Array.from({ length: batch * length }, (_, i) => 3 * i),
    [batch, length],
  );
  for (const preset of [targetPresets["node-cpu"], targetPresets["onnx-23"]]) {
    const options = { ...preset, maxPosition: 64, axes: { positions_batch: "batch" } };
    const bytes = exportEncoder(encoder, options);
    expect(new TextDecoder("latin1").decode(bytes)).not.toContain("Expand");
    const { q_rotated } = await runFile(bytes, { q, k, positions: each, key_positions: each });
    expectClose(q_rotated!, bind(encoder, typedArrays, {})(q, k, each)[0]);
  }
});

test("without maxPosition: within 1 ulp at any position up to 2^24, in a file of some kilobytes", async () => {
  const far = reference("truth_far").find(({ id }) => id === "rope/d128-theta1e4-far")!;
  const wanted = far.params.positions as number[];
  const places = wanted.flatMap((position, row) =>
    Number.isInteger(position) && position <= 2 ** 24 ? [row] : [],
  );
  expect(Math.max(...places.map((row) => wanted[row]!))).toBe(2 ** 24);
  const bytes = exportEncoder(rope({ dim: 128 }));
  expect(bytes.length).toBeLessThan(20_000);
  // queries (1, 0) in every pair come out as (cos, sin)
  const ones = array(
    Float32Array.from({ length: places.length * 128 }, (_, i) => (i % 128 < 64 ? 1 : 0)),
    [1, 1, places.length, 128],
  );
  const positions = array(
    Int32Array.from(places, (row) => wanted[row]!),
    [1, places.length],
  );
  for (const runtime of [node, web]) {
    const session = await openGraph("test", runtime, bytes);
    const { q_rotated } = await session.run({ q: ones, k: ones, positions, key_positions: positions });
    const pairs = array(q_rotated!.data, [places.length, 2, 64]);
    const table = (name: "sin" | "cos") =>
      places.flatMap((row) => Array.from({ length: 64 }, (_, i) => far.outputs[name]!.data[row * 64 + i]!));
    const part = (which: number) => {
      const data = places.flatMap((_, row) => [
        ...pairs.data.slice((2 * row + which) * 64, (2 * row + which + 1) * 64),
      ]);
      return array(Float32Array.from(data), [data.length]);
    };
    expectUlps(part(0), { shape: [places.length * 64], data: table("cos") }, 1, "cos");
    expectUlps(part(1), { shape: [places.length * 64], data: table("sin") }, 1, "sin");
    await session.dispose();
  }
});

test("what is read from a file makes the same file again, byte by byte", () => {
  const cases: [Encoder, ExportEncoderOptions][] = [
    [rope({ dim: 8, rotaryDim: 4, pairing: "interleaved" }), {}],
    [
      rope({ dim: 8 }),
      { ...targetPresets["onnx-23"], maxPosition: 16, names: { q: "query" }, axes: { batch: 1 } },
    ],
    [sinusoidal({ dim: 6 }), { dtype: "float16", positions: "offset", inline: true }],
    [learned({ dim: 4, maxLength: 6 }), {}],
    [t5({ heads }), { opset: 24, attention: "causal", layout: "flat", headDim: 8 }],
  ];
  for (const [encoder, options] of cases) {
    const bytes = exportEncoder(encoder, { ...options, values: initialise(encoder.parameters, 1) });
    const read = readEncoder(bytes);
    expect({ name: read.encoder.name, options: read.encoder.options }).toEqual({
      name: encoder.name,
      options: encoder.options,
    });
    expect(exportEncoder(read.encoder, read.options)).toEqual(bytes);
  }
});

test("bad options are refused before anything is built", () => {
  const refused = (encoder: Encoder, options: object, message: string) =>
    expect(() => exportEncoder(encoder, options)).toThrow(message);
  refused(rope({ dim }), { opset: 16 }, "exportEncoder: opset must be from 17 to 26, got 16");
  refused(rope({ dim }), { opset: 27 }, "exportEncoder: opset must be from 17 to 26, got 27");
  refused(
    rope({ dim }),
    { opset: 22, rotary: "ai.onnx" },
    'exportEncoder: opset must be at least 23 for rotary "ai.onnx", got 22',
  );
  refused(rope({ dim }), { rotary: "onnx" }, "exportEncoder: rotary must be");
  refused(rope({ dim }), { dtype: "float64" }, "exportEncoder: dtype must be");
  refused(rope({ dim }), { optset: 17 }, 'exportEncoder: unknown option "optset"');
  refused(
    rope({ dim }),
    { layout: "flat" },
    'exportEncoder: heads must be a count where layout is "flat", got undefined',
  );
  refused(
    alibi({ heads }),
    { positions: "offset" },
    'exportEncoder: positions must be "input" for alibi without attention',
  );
  refused(
    alibi({ heads }),
    { attention: "full" },
    "exportEncoder: opset must be at least 23 for attention, got 17",
  );
  refused(
    sinusoidal({ dim }),
    { opset: 23, attention: "full" },
    "exportEncoder: attention must be left out for sinusoidal",
  );
  refused(
    axialRope({ dim }),
    { opset: 23, attention: "causal" },
    'exportEncoder: attention must be "full" for axialRope, whose positions have no order, got "causal"',
  );
  refused(
    alibi({ heads }),
    { maxPosition: 8 },
    "alibi: maxPosition must be left out where there is no table of whole positions, got 8",
  );
  refused(rope({ dim }), { maxPosition: 0 }, "rope: maxPosition must be at least 1, got 0");
  refused(rope({ dim }), { axes: { batch: -1 } }, "exportEncoder: axes.batch must be at least 1, got -1");
  refused(rope({ dim }), { names: { query: "q" } }, 'graph: unknown input or output "query" in names');
});
