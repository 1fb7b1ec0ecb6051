import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  alibi,
  compose,
  type Encoder,
  initialise,
  learned,
  mixedRope,
  rope,
  sinusoidal,
  swin,
  t5,
  topHalf,
  xpos,
} from "@posenc/core";
import { transformer } from "@posenc/model";
import {
  type ExportEncoderOptions,
  exportEncoder,
  exportModel,
  exportModelFiles,
  graph,
  rewriteRotary,
} from "@posenc/onnx";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { posenc } from "../posenc.fixture.ts";
import type { Verification } from "./verification.ts";

let folder = "";
const file = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "posenc verify "));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function verified(bytes: Uint8Array): Promise<Verification> {
  writeFileSync(file("one.onnx"), bytes);
  const { code, out, errors } = await posenc("verify", file("one.onnx"), "--json");
  expect([code, errors]).toEqual([0, ""]);
  return JSON.parse(out) as Verification;
}

/** The file with other numbers in the place of these, which it must have. */
function changed(bytes: Uint8Array, from: Float32Array | Float64Array, to: typeof from): Uint8Array {
  const [old, fresh] = [from, to].map(({ buffer }) => Buffer.from(buffer));
  const at = Buffer.from(bytes).indexOf(old!);
  expect(at).toBeGreaterThan(0);
  const result = Uint8Array.from(bytes);
  result.set(fresh!, at);
  return result;
}

test("posenc verify prints errors by position, up to 2^24", async () => {
  writeFileSync(file("rope.onnx"), exportEncoder(rope({ dim: 8 })));
  const { code, out, errors } = await posenc("verify", file("rope.onnx"));
  expect([code, errors]).toEqual([0, ""]);
  expect(out).toMatch(/^encoder {5}\{"name":"rope"/m);
  expect(out).toMatch(/^allowed {5}1e-6 · max\(1, \|value\|\)$/m);
  expect(out).toMatch(/positions +runs +largest error +float32 steps/);
  expect(out).toMatch(/^ 0 … 999 /m);
  expect(out).toMatch(/^ 100,000 … 100,999 /m);
  expect(out).toMatch(/^ 16,776,216 … 16,777,215 /m);
  expect(out).toMatch(/\npassed\n$/);
});

const forms: readonly (readonly [Encoder, ExportEncoderOptions])[] = [
  [sinusoidal({ dim: 6 }), { dtype: "float16", positions: "offset" }],
  [sinusoidal({ dim: 6, positions: "real" }), { names: { x: "embeddings", y: "encoded" } }],
  [rope({ dim: 8, rotaryDim: 4 }), { opset: 23, rotary: "ai.onnx", positions: "offset" }],
  [rope({ dim: 8 }), { rotary: "com.microsoft", layout: "flat", heads: 4, keyHeads: 2, maxPosition: 50 }],
  [rope({ dim: 8 }), { axes: { batch: 2, length: 4, key_length: 9, positions_batch: "batch" } }],
  [rope({ dim: 8 }), { opset: 23, attention: "causal", heads: 4, keyHeads: 2, positions: "offset" }],
  [xpos({ dim: 8, scaleBase: 64, gamma: 0.2 }), { opset: 23, attention: "causal" }],
  [mixedRope({ dim: 8, heads: 3 }), {}],
  [learned({ dim: 4, maxLength: 6 }), { dtype: "float16" }],
  [t5({ heads: 4 }), { opset: 24, attention: "causal", layout: "flat", headDim: 8, dtype: "float16" }],
  [alibi({ heads: 4 }), { axes: { positions_batch: 2 } }],
  [swin({ heads: 2, window: [3, 5] }), { opset: 23, attention: "full" }],
];
describe("files in other forms pass", () => {
  for (const [encoder, options] of forms) {
    test(`${encoder.name} ${JSON.stringify(options)}`, async () => {
      const values = initialise(encoder.parameters, 1);
      const found = await verified(exportEncoder(encoder, { ...options, values }));
      expect(found.passed).toBe(true);
      expect(found.options).toEqual(options);
      expect(found.ranges[0]!.from).toBe(0);
      const { below = Number.POSITIVE_INFINITY, sizes } = encoder.positions ?? {};
      const cells = sizes ? sizes[0]! * sizes[1]! : Number.POSITIVE_INFINITY;
      const end = Math.min(2 ** 24, below, cells, options.maxPosition ?? Number.POSITIVE_INFINITY);
      expect(found.ranges.at(-1)!.to).toBe(end - 1);
      const most = options.dtype === "float16" ? 1 : 8.5; // 1e-6 are 8.4 float32 steps at 1
      for (const { steps } of found.ranges) expect(steps).toBeLessThan(most + 0.1);
    });
  }

  test("a rewritten one", async () => {
    const { bytes, rewritten } = rewriteRotary(exportEncoder(rope({ dim: 8 })), "com.microsoft");
    expect(rewritten).toHaveLength(2);
    expect((await verified(bytes)).passed).toBe(true);
  });
});

describe("a wrong number inside is found", () => {
  async function refuse(bytes: Uint8Array, as: string) {
    writeFileSync(file("wrong.onnx"), bytes);
    const { code, out, errors } = await posenc("verify", file("wrong.onnx"));
    expect(code).toBe(1);
    expect(out).toMatch(/too far\s*\n/);
    expect(out).toMatch(/\nfailed\n$/);
    expect(errors).toContain(`wrong.onnx must give what its ${as} gives, got errors up to `);
    return out;
  }

  const slopes = (last: number) => Float32Array.of(0.25, 0.0625, 0.015625, last);
  const bytes = (options?: ExportEncoderOptions) => exportEncoder(alibi({ heads: 4 }), options);

  test("a slope of ALiBi", async () => {
    await refuse(changed(bytes(), slopes(2 ** -8), slopes(2 ** -8 + 2 ** -26)), "encoder");
  });

  test("float16: a slope that is off by a few steps", async () => {
    const file = bytes({ dtype: "float16" });
    await refuse(changed(file, slopes(2 ** -8), slopes(2 ** -8 * 1.004)), "encoder");
  });

  test("a frequency, which shows far out only", async () => {
    const high = topHalf(0.01);
    const frequencies = (second: number) => Float64Array.of(1, second);
    const file = exportEncoder(rope({ dim: 4, base: 10_000 }));
    const out = await refuse(changed(file, frequencies(high), frequencies(high * (1 + 2 ** -30))), "encoder");
    expect(out).toMatch(/^ 0 … 999 (?!.*too far)/m);
    expect(out).toMatch(/^ 16,776,216 … 16,777,215 .*too far/m);
  });

  test("the metadata says another base", async () => {
    const text = Buffer.from(exportEncoder(rope({ dim: 8, base: 10_000 }))).toString("latin1");
    await refuse(Buffer.from(text.replace('"base":10000', '"base":10001'), "latin1"), "encoder");
  });
});

const sizes = { vocabulary: 11, outputs: 5, dim: 16, heads: 2, blocks: 2 };
describe("models", () => {
  const causal = transformer({ ...sizes, causal: true, head: "token", encoder: rope({ dim: 8 }) });
  const both = transformer({
    ...sizes,
    encoder: compose(learned({ dim: 16, maxLength: 20 }), alibi({ heads: 2 })),
  });

  for (const options of [
    {},
    { cache: true, names: { tokens: "input_ids", logits: "scores" } },
    { cache: true, mask: "padding", maxPosition: 64 },
    { dtype: "float16", rotary: "com.microsoft" },
  ] as const) {
    test(`pass: ${JSON.stringify(options)}`, async () => {
      const found = await verified(exportModel(causal, initialise(causal.parameters, 1), options));
      expect([found.as, found.passed]).toEqual(["model", true]);
    });
  }

  test("with several encoders, and weights in a file of their own", async () => {
    const { model, data } = exportModelFiles(both, initialise(both.parameters, 1), "weights.bin");
    writeFileSync(file("weights.bin"), Buffer.concat(data));
    const found = await verified(model);
    expect([found.passed, found.ranges.at(-1)!.to]).toEqual([true, 19]);

    writeFileSync(file("weights.bin"), Buffer.concat(data).subarray(0, 5000));
    const { code, errors } = await posenc("verify", file("one.onnx"));
    expect(code).toBe(1);
    expect(errors).toMatch(/weights\.bin must have the model's parameters: it has 5000 bytes/);
  });

  test("weights that lie elsewhere are not read", async () => {
    const { model } = exportModelFiles(both, initialise(both.parameters, 1), "aa/weights");
    const text = Buffer.from(model).toString("latin1").replaceAll("aa/weights", "../weights");
    writeFileSync(file("outside.onnx"), Buffer.from(text, "latin1"));
    const { code, errors } = await posenc("verify", file("outside.onnx"));
    expect(code).toBe(1);
    expect(errors).toMatch(/verify: the data of \S+ must be in a file beside the model, got "..\/weights"/);
  });
});

test("files that are none of ours", async () => {
  const builder = graph();
  builder.output("y", builder.input("x", "float32", [3]));
  writeFileSync(file("foreign.onnx"), builder.toBytes());
  const foreign = await posenc("verify", file("foreign.onnx"));
  expect([foreign.code, foreign.out]).toEqual([1, ""]);
  expect(foreign.errors).toMatch(
    /^posenc: verify: FILE must have posenc.encoder or posenc.model in its metadata/,
  );

  const metadata = { "posenc.encoder": '{"name":"rope","options":{"dim":8}}' };
  const pretender = graph({ metadata });
  pretender.output("y", pretender.input("x", "float32", [3]));
  writeFileSync(file("pretender.onnx"), pretender.toBytes());
  const pretended = await posenc("verify", file("pretender.onnx"));
  expect([pretended.code, pretended.out]).toEqual([1, ""]);
  expect(pretended.errors).toMatch(
    /verify: the file must have the inputs q float32 of rank 4, .* got x float32/,
  );

  writeFileSync(file("broken.onnx"), readFileSync(file("foreign.onnx")).subarray(0, 20));
  const broken = await posenc("verify", file("broken.onnx"));
  expect([broken.code, broken.out]).toEqual([1, ""]);
  const missing = await posenc("verify", file("missing.onnx"));
  expect(missing.code).toBe(1);
  expect(missing.errors).toMatch(/^posenc: verify: FILE must be a file that can be read: ENOENT/);
});

test("lengths that no memory holds are refused", async () => {
  writeFileSync(file("huge.onnx"), exportEncoder(rope({ dim: 8 }), { axes: { batch: 2 ** 30 } }));
  const { code, out, errors } = await posenc("verify", file("huge.onnx"));
  expect([code, out]).toEqual([1, ""]);
  expect(errors).toMatch(/^posenc: verify: tensors must have at most \d+ numbers, got 17179869184$/m);
});
