/** A bundle holds the encoders that it uses, and no others. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Rolldown } from "vite";
import { expect, test } from "vitest";

const core = fileURLToPath(new URL("../packages/core/src/index.ts", import.meta.url));

async function bundle(code: string): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "posenc-"));
  const entry = join(root, "entry.js");
  writeFileSync(entry, code);
  try {
    const options: BuildOptions = { write: false, minify: false, lib: { entry, formats: ["es"] } };
    const built = await build({ root, configFile: false, logLevel: "silent", build: options });
    const chunks = (built as Rolldown.RolldownOutput[]).flatMap(({ output }) => output);
    return chunks.map((chunk) => ("code" in chunk ? chunk.code : "")).join("");
  } finally {
    rmSync(root, { recursive: true });
  }
}

test("one encoder", async () => {
  const code = await bundle(`export { rope } from ${JSON.stringify(core)};`);
  expect(code).toContain("rotaryDim");
  for (const other of [
    "initialDeviation",
    "oddDim",
    "alibiSlopes",
    "fromJSON",
    "typed arrays:",
    "betaFast",
  ]) {
    expect(code, other).not.toContain(other);
  }
});

test("one scaling", async () => {
  const code = await bundle(`export { rope, yarnScaling } from ${JSON.stringify(core)};`);
  expect(code).toContain("betaFast");
  for (const other of ["lowFreqFactor", "longFactor", "partialRotaryFactor"]) {
    expect(code, other).not.toContain(other);
  }
});

test("the registry brings all of them", async () => {
  const code = await bundle(`export { encoders } from ${JSON.stringify(core)};`);
  for (const each of ["initialDeviation", "oddDim", "rotaryDim"]) expect(code).toContain(each);
  expect(code).not.toContain("typed arrays:");
});
