import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import type { MachineResult } from "./results.ts";

/** Where figures were taken. */
export function machine(): MachineResult {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    node: process.versions.node,
    platform: `${os.platform()} ${os.arch()}`,
  };
}

/** Versions of what the figures depend on. */
export function versions(): Record<string, string> {
  const { resolve } = createRequire(import.meta.url);
  const packages = ["@posenc/core", "@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm", "onnxruntime-node"];
  return Object.fromEntries(
    packages.map((name) => {
      const { version } = JSON.parse(readFileSync(resolve(`${name}/package.json`), "utf8")) as {
        version: string;
      };
      return [name, version];
    }),
  );
}
