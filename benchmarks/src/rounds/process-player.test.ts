import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processPlayer } from "./process-player.ts";
import type { Job } from "./suite.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "posenc players "));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let scripts = 0;
function start(script: string, signal = new AbortController().signal) {
  const path = join(folder, `child-${scripts++}.mjs`);
  writeFileSync(path, script);
  const job = { opponent: "someone", milliseconds: 7 } as Job;
  return processPlayer(pathToFileURL(path), job, signal);
}

const ready = 'process.send({ is: "ready", readiness: { state: "ready" } });';

test("a child prepares its job, and answers round by round", async () => {
  const player = await start(`
    const { milliseconds } = JSON.parse(process.argv[2]);
    let calls = 0;
    process.on("message", () => process.send({ is: "round", round: { cpu: milliseconds, wall: 1, calls: ++calls } }));
    ${ready}`);
  expect(player.readiness).toEqual({ state: "ready" });
  expect(await player.round()).toEqual({ cpu: 7, wall: 1, calls: 1 });
  expect(await player.round()).toEqual({ cpu: 7, wall: 1, calls: 2 });
  player.stop();
  await expect(player.round()).rejects.toThrow("the process ended with SIGTERM");
});

test.each([
  [
    "says why",
    'process.send({ is: "failed", message: "no memory" }); setInterval(() => {}, 99);',
    "no memory",
  ],
  [
    "dies",
    'console.error("first"); console.error("last words"); process.exit(3);',
    /ended with 3: last words/,
  ],
])("a child that fails: %s", async (_, script, message) => {
  await expect(start(script)).rejects.toThrow(message);
});

test("the signal ends it, even in the midst of a call", async () => {
  const controller = new AbortController();
  const player = await start(
    `process.on("SIGTERM", () => {}); process.on("message", () => { for (;;); }); ${ready}`,
    controller.signal,
  );
  const round = player.round();
  controller.abort();
  await expect(round).rejects.toThrow("the process ended with SIGKILL");
});
