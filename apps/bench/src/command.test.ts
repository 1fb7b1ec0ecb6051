import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { command } from "./command.ts";
import { localRunner } from "./compare/runner.ts";
import type { Results } from "./results.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "posenc bench "));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `posenc` in this process, training in this thread. */
async function posenc(
  parameters: string[],
  onWrite: (text: string) => void = () => {},
  controller = new AbortController(),
) {
  let [out, errors] = ["", ""];
  const output = {
    write(text: string) {
      out += text;
      onWrite(text);
    },
    errors: (text: string) => {
      errors += text;
    },
    columns: 80,
    interactive: false,
  };
  const code = await command(parameters, output, controller.signal, () => localRunner);
  return { code, out, errors };
}

const small = [
  "--dim",
  "16",
  "--heads",
  "2",
  "--samples",
  "64",
  "--held-out",
  "40",
  "--epochs",
  "2",
  "--threads",
  "1",
];
const read = (name: string): Results =>
  JSON.parse(readFileSync(join(folder, name, "results.json"), "utf8")) as Results;

describe("posenc compare", () => {
  test("trains, exports, measures and reports", async () => {
    const out = join(folder, "whole");
    const { code, out: text } = await posenc([
      "compare",
      ...small,
      "--encoders",
      "learned,alibi (split)",
      "--tasks",
      "first",
      "--seeds",
      "2",
      "--out",
      out,
    ]);
    expect(code).toBe(0);
    const results = read("whole");
    expect(results.complete).toBe(true);
    expect(results.seeds).toEqual([1, 2]);
    expect(results.machine.node).toBe(process.versions.node);
    expect(results.versions["onnxruntime-node"]).toMatch(/^1\./);
    expect(results.runs.map(({ encoder, seed }) => `${encoder} ${seed}`)).toEqual([
      "learned 1",
      "alibi (split) 1",
      "learned 2",
      "alibi (split) 2",
    ]);
    for (const { epochs, onnx } of results.runs) {
      expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
      expect(onnx?.samples).toBe(40);
      expect(onnx?.samePredictions).toBe(40);
      expect(onnx?.accuracy).toBeCloseTo(epochs.at(-1)!.heldOutAccuracy, 6);
      expect(onnx?.maxDifference).toBeLessThan(1e-4);
    }
    expect(new Set(results.speed.map(({ backend }) => backend))).toEqual(
      new Set(["typed arrays", "@posenc/wasm", "tf.js cpu", "tf.js wasm", "onnxruntime"]),
    );
    for (const { microseconds } of results.speed) {
      expect(microseconds.low).toBeGreaterThan(0);
      expect(microseconds.low).toBeLessThanOrEqual(microseconds.median);
      expect(microseconds.median).toBeLessThanOrEqual(microseconds.high);
    }
    expect(results.pictures.map(({ encoder }) => encoder)).toEqual([
      "learned",
      "alibi (split)",
      "alibi (split)",
    ]);
    expect(text).toContain("4 models, 160 of 160 held-out samples get the same class");
    expect(text).toMatch(/first: at most 25.0 % without positions, 50.0 % with a distance alone/);
    const html = readFileSync(join(out, "index.html"), "utf8");
    expect(html).toContain("alibi (split)");
    expect(html).not.toMatch(/(src|href)="https?:/);
  });

  test("broken off, it leaves what is done, readable", async () => {
    const controller = new AbortController();
    const stopAfterFirst = (text: string) => {
      if (text.startsWith("none on first")) controller.abort();
    };
    const { code, out } = await posenc(
      [
        "compare",
        ...small,
        "--encoders",
        "none,sinusoidal",
        "--tasks",
        "first",
        "--out",
        join(folder, "part"),
      ],
      stopAfterFirst,
      controller,
    );
    expect(code).toBe(0); // the signal decides the exit code, in main.ts
    expect(out).toContain("Broken off");
    const results = read("part");
    expect(results.complete).toBe(false);
    expect(results.runs.map(({ encoder }) => encoder)).toEqual(["none"]);
    expect(readFileSync(join(folder, "part", "index.html"), "utf8")).toContain("not run");
  });

  test("a folder that cannot be written to is said before training", async () => {
    writeFileSync(join(folder, "file"), "");
    const { code, errors, out } = await posenc([
      "compare",
      ...small,
      "--out",
      join(folder, "file", "report"),
    ]);
    expect(code).toBe(1);
    expect(errors).toMatch(/--out must be a folder that can be written to, got .*report: ENOTDIR/);
    expect(out).toBe("");
  });
});

describe("bad command lines give usage and exit code 2", () => {
  test.each([
    [["compare", "--unknown"], /unknown option '--unknown'/],
    [["compare", "--epochs", "0"], /compare: --epochs must be at least 1, got 0/],
    [["compare", "--epochs", "many"], /compare: --epochs must be a number, got "many"/],
    [["compare", "--held-out", "1.5"], /compare: --held-out must be a whole number, got 1.5/],
    [["compare", "--encoders", "rope,sinus"], /the encoder must be from all, none, .*, got "sinus"/],
    [["compare", "--tasks", "last"], /compare: --tasks must be "nearest" or "agent" or "first", got "last"/],
    [["compare", "--dim", "20"], /compare: --dim must be a multiple of twice --heads 8, got 20/],
    [["compare", "--learning-rate", "-1"], /compare: --learning-rate must be greater than 0, got -1/],
    [["compare", "extra"], /too many arguments/],
    [
      ["trace", "--encoder", "rope", "--variant", "tutorial"],
      /--variant must be from interleaved, learned frequencies for rope, got "tutorial"/,
    ],
    [["trace", "--task", "last"], /trace: --task must be "nearest" or "agent" or "first", got "last"/],
    [["nothing"], /unknown command 'nothing'/],
    [[], /Usage: posenc/],
  ] as const)("posenc %j", async (parameters, message) => {
    const { code, errors, out } = await posenc([...parameters]);
    expect(errors).toMatch(message);
    expect(errors).toContain("Usage: posenc");
    expect(out).toBe("");
    expect(code).toBe(2);
  });

  test("asking for help is no error", async () => {
    const { code, out } = await posenc(["compare", "--help"]);
    expect(code).toBe(0);
    expect(out).toContain("--learning-rate");
  });
});
