import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array, initialise, learned, linearScaling, mrope, rope, t5, toJSON } from "@posenc/core";
import { exportEncoder, readEncoder, targetPresets } from "@posenc/onnx";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { posenc } from "../posenc.fixture.ts";
import { fileNames } from "./write-files.ts";

let folder = mkdtempSync(join(tmpdir(), "posenc export "));
const file = (name: string) => join(folder, name);
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  folder = mkdtempSync(join(tmpdir(), "posenc export "));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function exported(...parameters: string[]): Promise<string> {
  const { code, out, errors } = await posenc("export", ...parameters);
  expect([code, errors]).toEqual([0, ""]);
  return out;
}

const bytesOf = (name: string) => Uint8Array.from(readFileSync(file(name)));
const json = (name: string, value: unknown): string => {
  writeFileSync(file(name), JSON.stringify(value));
  return file(name);
};

describe("posenc export", () => {
  test("an encoder from flags, and what was written", async () => {
    const out = await exported(
      ...["--encoder", "rope", "--option", "dim=64", "--option", "pairing=interleaved"],
      ...["--option", 'scaling={"type":"linear","factor":4}', "--out", file("rope.onnx")],
    );
    const encoder = rope({ dim: 64, pairing: "interleaved", scaling: linearScaling({ factor: 4 }) });
    expect(bytesOf("rope.onnx")).toEqual(exportEncoder(encoder));
    expect(out).toMatch(/^file {8}.*rope\.onnx, \d+,\d+ bytes$/m);
    expect(out).toMatch(/^inputs {6}q float32 \[batch, heads, length, 64\]$/m);
    expect(out).toMatch(/^ {12}key_positions int64 \[positions_batch, key_length\]$/m);
    expect(out).toMatch(/^outputs {5}q_rotated float32 \[batch, heads, length, 64\]$/m);
    expect(readdirSync(folder)).toEqual(["rope.onnx"]);
  });

  test("an encoder from JSON, with every option of the file", async () => {
    const encoder = rope({ dim: 8 });
    await exported(
      ...["--json", json("rope.json", toJSON(encoder)), "--target", "onnx-23", "--opset", "24"],
      ...[
        "--dtype",
        "float16",
        "--max-position",
        "32",
        "--inline",
        "--positions",
        "offset",
        "--layout",
        "flat",
      ],
      ...[
        "--heads",
        "4",
        "--key-heads",
        "2",
        "--name",
        "q=query",
        "--axis",
        "batch=1",
        "--axis",
        "length=seq",
      ],
      ...["--attention", "causal", "--out", file("out.onnx")],
    );
    const options = {
      ...targetPresets["onnx-23"],
      opset: 24,
      dtype: "float16",
      maxPosition: 32,
      inline: true,
      positions: "offset",
      layout: "flat",
      heads: 4,
      keyHeads: 2,
      attention: "causal",
      names: { q: "query" },
      axes: { batch: 1, length: "seq" },
    } as const;
    const { values: _, ...read } = readEncoder(bytesOf("out.onnx")).options;
    expect(read).toEqual(options);
    expect(bytesOf("out.onnx")).toEqual(exportEncoder(encoder, read));
  });

  test("learned values begin at a seed", async () => {
    const encoder = t5({ heads: 4 });
    const flags = ["--encoder", "t5", "--option", "heads=4", "--out", file("t5.onnx")];
    const out = await exported(...flags, "--seed", "7");
    expect(out).toMatch(/^values {6}first values, by seed 7$/m);
    const values = initialise(encoder.parameters, 7);
    expect(bytesOf("t5.onnx")).toEqual(exportEncoder(encoder, { values }));
  });

  test("a preset without float64 asks for tables", async () => {
    const flags = [
      "--encoder",
      "rope",
      "--option",
      "dim=8",
      "--target",
      "web-webgpu",
      "--out",
      file("a.onnx"),
    ];
    expect(await exported(...flags)).toMatch(/^note {8}WebGPU has no float64: it needs --max-position$/m);
    expect(await exported(...flags, "--max-position", "64")).not.toMatch(/^note/m);
  });
});

/** A safetensors file with float32 tensors. */
function safetensors(name: string, tensors: Record<string, { shape: number[]; data: Float32Array }>): string {
  let end = 0;
  const header = Object.entries(tensors).map(([name, { shape, data }]) => {
    const begin = end;
    end += data.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [begin, end] }];
  });
  const text = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const parts = Object.values(tensors).map(({ data }) => Buffer.from(data.buffer));
  writeFileSync(file(name), Buffer.concat([length, text, ...parts]));
  return file(name);
}

describe("from a config of Hugging Face", () => {
  const gpt2 = { model_type: "gpt2", n_positions: 4, n_embd: 2, n_layer: 1, n_head: 1 };

  test("one encoder, with its values from a checkpoint", async () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const weights = safetensors("gpt2.safetensors", { "transformer.wpe.weight": { shape: [4, 2], data } });
    const config = json("config.json", gpt2);
    const out = await exported("--config", config, "--weights", weights, "--out", file("gpt2.onnx"));
    expect(out).toMatch(/^values {6}"wpe.weight" of .*gpt2\.safetensors$/m);
    const values = { table: array(data, [4, 2]) };
    expect(bytesOf("gpt2.onnx")).toEqual(exportEncoder(learned({ dim: 2, maxLength: 4 }), { values }));

    const flags = [
      "--encoder",
      "learned",
      "--option",
      "dim=2",
      "--option",
      "maxLength=4",
      "--weights",
      weights,
    ];
    for (const tensor of ["wpe.weight", "table=transformer.wpe.weight"]) {
      await exported(...flags, "--tensor", tensor, "--out", file("again.onnx"));
      expect(bytesOf("again.onnx")).toEqual(bytesOf("gpt2.onnx"));
    }
    const without = await posenc("export", ...flags, "--out", file("none.onnx"));
    expect([without.code, existsSync(file("none.onnx"))]).toEqual([1, false]);
    expect(without.errors).toMatch(/--tensor must say what is called how in --weights: table=… for learned/);
  });

  test("a file for each encoder, named after its place", async () => {
    const config = json("t5.json", { model_type: "t5", num_heads: 4, relative_attention_num_buckets: 8 });
    const out = await exported("--config", config, "--out", file("t5.onnx"));
    const names = readdirSync(folder).filter((name) => name.endsWith(".onnx"));
    expect(names.sort()).toEqual(["t5.attention.onnx", "t5.decoderAttention.onnx"]);
    expect(out.match(/^file /gm)).toHaveLength(2);
    expect(readEncoder(bytesOf("t5.attention.onnx")).encoder.options).toMatchObject({
      direction: "bidirectional",
    });
    expect(readEncoder(bytesOf("t5.decoderAttention.onnx")).encoder.options).toMatchObject({
      direction: "causal",
    });
  });

  test("a file for each type of layer", async () => {
    const rope_parameters = {
      full_attention: { rope_type: "default", rope_theta: 1_000_000 },
      sliding_attention: { rope_type: "default", rope_theta: 10_000 },
    };
    const config = json("gemma.json", { model_type: "gemma3_text", head_dim: 16, rope_parameters });
    await exported("--config", config, "--out", file("gemma.onnx"));
    const base = (name: string) => readEncoder(bytesOf(name)).encoder.options.base;
    expect(base("gemma.full_attention.onnx")).toBe(1_000_000);
    expect(base("gemma.sliding_attention.onnx")).toBe(10_000);

    await exported(
      ...["--config", config, "--option", "layerType=sliding_attention", "--out", file("one.onnx")],
    );
    expect(base("one.onnx")).toBe(10_000);
  });

  test("what the encoder does not do is said", async () => {
    const flat = { head_dim: 16, rope_theta: 10_000, num_hidden_layers: 4, no_rope_layers: [1, 1, 1, 0] };
    const out = await exported("--config", json("some.json", flat), "--out", file("some.onnx"));
    expect(out).toMatch(/^note {8}layers without it: 3$/m);
    const sections = { head_dim: 16, rope_scaling: { type: "mrope", mrope_section: [2, 3, 3] } };
    const text = await exported("--config", json("vl.json", sections), "--out", file("vl.onnx"));
    expect(text).toMatch(/^note {8}positions of images have three axes/m);
    expect(mrope({ dim: 16, sections: [2, 3, 3] }).positions?.axes).toBe(3);
  });
});

describe("bad flags: a message, and nothing is written", () => {
  const dim8 = ["--encoder", "rope", "--option", "dim=8"];
  const cases: readonly (readonly [string[], number, string])[] = [
    [[], 2, "one of --encoder, --json, --config must be given, got none"],
    [[...dim8, "--json", "a.json"], 2, "must be given, got --encoder and --json"],
    [["--encoder", "rop"], 2, "export: --encoder must be"],
    [["--encoder", "rope", "--option", "dim"], 2, '--option must be name=value, got "dim"'],
    [[...dim8, "--option", "dim=9"], 2, '--option must name each option once, got "dim" again'],
    [[...dim8, "--option", "scaling={type:linear}"], 2, "--option must have JSON after ="],
    [[...dim8, "--target", "phone"], 2, "export: --target must be"],
    [[...dim8, "--opset", "new"], 2, 'export: --opset must be a number, got "new"'],
    [[...dim8, "--max-position", "0"], 2, "export: --max-position must be at least 1, got 0"],
    [[...dim8, "--tensor", "a"], 2, "--tensor must be left out without --weights"],
    [[...dim8, "--weights", "a", "--seed", "1"], 2, "--seed must be left out with --weights"],
    [[...dim8, "--name", "q=1"], 2, "--name q must be a text, got 1"],
    [[...dim8, "--ops", "17"], 2, "unknown option '--ops'"],
    [["--json", "a.json", "--option", "dim=8"], 2, "--option must be left out with --json"],
    [["--encoder", "rope", "--option", "dim=63"], 1, "rope: dim must be even, got 63"],
    [[...dim8, "--option", "size=3"], 1, 'rope: unknown option "size"'],
    [[...dim8, "--opset", "16"], 1, "exportEncoder: opset must be from 17 to 26, got 16"],
    [[...dim8, "--rotary", "onnx"], 1, "exportEncoder: rotary must be"],
    [[...dim8, "--layout", "flat"], 1, "exportEncoder: heads must be a count where layout"],
    [[...dim8, "--axis", "batch=-1"], 1, "exportEncoder: axes.batch must be at least 1, got -1"],
    [[...dim8, "--weights", "missing"], 1, "--weights must be left out for rope, where nothing is learned"],
    [["--json", "missing.json"], 1, "export: --json must be a file that can be read: ENOENT"],
    [["--config", "missing.json"], 1, "export: --config must be a file that can be read: ENOENT"],
  ];
  for (const [flags, code, message] of cases) {
    test(`${flags.join(" ") || "none"}`, async () => {
      const found = await posenc("export", ...flags, "--out", file("out.onnx"));
      expect(found.errors).toContain(message);
      expect([found.code, found.out, readdirSync(folder)]).toEqual([code, "", []]);
    });
  }

  test("files that are not what they should be", async () => {
    writeFileSync(file("broken.json"), "{");
    const out = ["--out", file("out.onnx")];
    const broken = await posenc("export", "--json", file("broken.json"), ...out);
    expect(broken.errors).toContain("export: --json must be a file with JSON:");
    const several = json("compose.json", { name: "compose", options: { parts: [] } });
    expect((await posenc("export", "--json", several, ...out)).errors).toContain(
      "fromJSON: name must be one of",
    );
    const config = json("config.json", { model_type: "gpt5" });
    expect((await posenc("export", "--config", config, ...out)).errors).toContain(
      "model_type must be one of",
    );
    expect(existsSync(file("out.onnx"))).toBe(false);
  });

  test("a place that cannot be written to", async () => {
    const found = await posenc("export", ...dim8, "--out", join(folder, "missing", "out.onnx"));
    expect(found.code).toBe(1);
    expect(found.errors).toContain("export: --out must be a file that can be written: ENOENT");
    const itself = await posenc("export", ...dim8, "--out", folder);
    expect(itself.code).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });
});

test("names of files", () => {
  expect(fileNames(["rope"], undefined)).toEqual(["rope.onnx"]);
  expect(fileNames(["rope"], "a/b.onnx")).toEqual(["a/b.onnx"]);
  expect(fileNames(["one", "../two"], "a/b.onnx")).toEqual(["a/b.one.onnx", "a/b.___two.onnx"]);
  expect(() => fileNames(["a/", "a."], undefined)).toThrow(
    'places must have names of their own, got "a_" twice',
  );
});
