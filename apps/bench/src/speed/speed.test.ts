import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inThisProcess, smallWorkloads, speedSuite, trainingSuite } from "@posenc/benchmarks/contests";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { command } from "../command.ts";
import { localRunner } from "../compare/runner.ts";
import type { Contests } from "./options.ts";
import type { SpeedResults } from "./results.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "posenc speed "));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const small: Contests = {
  speed: { ...speedSuite, workloads: smallWorkloads },
  training: trainingSuite,
  start: inThisProcess,
};

/** Runs `posenc speed` on small arrays, all in this process. */
async function posencSpeed(parameters: readonly string[], contests = small, signal?: AbortSignal) {
  let [out, errors] = ["", ""];
  const output = {
    write: (text: string) => {
      out += text;
    },
    errors: (text: string) => {
      errors += text;
    },
    columns: 80,
    interactive: false,
  };
  const all = ["speed", ...parameters];
  const code = await command(
    all,
    output,
    signal ?? new AbortController().signal,
    () => localRunner,
    contests,
  );
  return { code, out, errors };
}

const quick = ["--rounds", "2", "--milliseconds", "1"];
const read = (...path: string[]) => readFileSync(join(folder, ...path), "utf8");

test("times workloads, prints tables, writes the numbers and the report", async () => {
  const out = join(folder, "speed");
  const opponents = "memcpy,wasm,wasm-in-place,javascript,onnx-fused";
  const names = ["--workloads", "decode,tiny", "--opponents", opponents];
  const { code, out: text, errors } = await posencSpeed([...names, ...quick, "--out", out]);
  expect(errors).toBe("");
  expect(code).toBe(0);
  expect(readdirSync(out)).toEqual(["speed.html", "speed.json"]);

  const results = JSON.parse(read("speed", "speed.json")) as SpeedResults;
  expect(results).toMatchObject({ schema: 1, suite: "speed", complete: true, rounds: 2, milliseconds: 1 });
  expect(results.machine.node).toBe(process.versions.node);
  expect(results.versions["onnxruntime-node"]).toMatch(/^1\./);
  expect(results.command).toContain("--workloads decode,tiny");
  const done = results.workloads.map(({ name, opponents }) => [name, opponents.map(({ name }) => name)]);
  expect(done).toEqual([
    ["decode", ["memcpy", "wasm-in-place", "wasm", "javascript", "onnx-fused"]],
    ["tiny", ["memcpy", "wasm-in-place", "wasm", "javascript"]],
  ]);
  for (const opponent of results.workloads.flatMap(({ opponents }) => opponents)) {
    if (opponent.state !== "timed") throw new Error(`${opponent.name}: ${opponent.what}`);
    expect(opponent.rounds).toHaveLength(2);
    expect(opponent.cpu.low).toBeGreaterThan(0);
    expect(opponent.cpu.median).toBeLessThanOrEqual(opponent.cpu.high);
    if (!opponent.idle) expect(opponent.accuracy!.error).toBeLessThanOrEqual(opponent.accuracy!.tolerance);
  }

  for (const word of ["÷ memcpy", "÷ best other", "GB/s", "* @posenc/wasm in place", "Where we do not win"]) {
    expect(text).toContain(word);
  }
  const html = read("speed", "speed.html");
  expect(html).toContain("<svg");
  expect(html).toContain("plain JavaScript, new arrays");
  expect(html).not.toMatch(/(src|href)="https?:/);
});

test("--json prints the results and nothing else; a wrong result and a missing library are said", async () => {
  const javascript = speedSuite.opponents.find(({ name }) => name === "javascript")!;
  const contests: Contests = {
    ...small,
    speed: {
      ...small.speed,
      opponents: [javascript, { ...javascript, name: "absent", obstacle: async () => "nothing here" }],
      play: async (job) => ({
        ...(await small.speed.play(job)),
        readiness: { state: "wrong", what: "sum[0] is 1 where 2 is true" },
      }),
    },
  };
  const parameters = ["--workloads", "tiny", ...quick, "--json", "--out", join(folder, "json")];
  const { code, out } = await posencSpeed(parameters, contests);
  expect(code).toBe(0);
  const results = JSON.parse(out) as SpeedResults;
  expect(results.workloads[0]!.opponents).toEqual([
    expect.objectContaining({ name: "javascript", state: "wrong", what: "sum[0] is 1 where 2 is true" }),
    expect.objectContaining({ name: "absent", state: "missing", what: "nothing here" }),
  ]);
  expect(read("json", "speed.html")).toContain("wrong result: sum[0] is 1 where 2 is true");
});

test("--training times the other suite", async () => {
  const parameters = ["--training", "--workloads", "rotate-halves-forward", ...quick];
  const { code, out } = await posencSpeed([...parameters, "--out", join(folder, "training")]);
  expect(code).toBe(0);
  expect(out).toContain("÷ stock");
  const results = JSON.parse(read("training", "training.json")) as SpeedResults;
  expect(results.workloads[0]!.opponents.map(({ name, state }) => `${name} ${state}`)).toEqual([
    "stock timed",
    "mended timed",
    "kernels timed",
  ]);
});

test("broken off, it leaves what is done", async () => {
  const controller = new AbortController();
  let rounds = 0;
  const contests: Contests = {
    ...small,
    start: async (suite, job) => {
      const player = await suite.play(job);
      return {
        ...player,
        async round() {
          if (++rounds === 3) controller.abort(); // in the second workload
          return player.round();
        },
      };
    },
  };
  const parameters = ["--opponents", "javascript", "--workloads", "decode,tiny", ...quick];
  const out = join(folder, "part");
  const { out: text } = await posencSpeed([...parameters, "--out", out], contests, controller.signal);
  expect(text).toContain("Broken off");
  const results = JSON.parse(read("part", "speed.json")) as SpeedResults;
  expect(results.complete).toBe(false);
  expect(results.workloads.map(({ name }) => name)).toEqual(["decode"]);
  expect(read("part", "speed.html")).toContain("Not complete");
});

describe("bad command lines give usage and exit code 2", () => {
  test.each([
    [["--workloads", "decod"], /speed: --workloads must be "all" or "prefill" or .*, got "decod"/],
    [["--opponents", "tensorflow"], /speed: --opponents must be "all" or "memcpy" or .*, got "tensorflow"/],
    [
      ["--training", "--workloads", "decode"],
      /speed: --workloads must be "all" or "small" or .*, got "decode"/,
    ],
    [["--rounds", "0"], /speed: --rounds must be at least 1, got 0/],
    [["--milliseconds", "-5"], /speed: --milliseconds must be greater than 0, got -5/],
    [["--rounds", "many"], /speed: --rounds must be a number, got "many"/],
    [
      ["--workloads", "table", "--opponents", "onnx-fused"],
      /speed: --opponents must name one that does table, got onnx-fused/,
    ],
    [["extra"], /too many arguments/],
  ] as const)("posenc speed %j", async (parameters, message) => {
    const { code, errors, out } = await posencSpeed(parameters);
    expect(errors).toMatch(message);
    expect(errors).toContain("Usage: posenc speed");
    expect(out).toBe("");
    expect(code).toBe(2);
  });
});
