import { writeFileSync } from "node:fs";
import { tasks } from "@posenc/benchmarks";
import { sinusoidal } from "@posenc/core";
import { test } from "vitest";
import { useBackend } from "../backend.ts";
import { trace } from "./trace.ts";

test("real", { timeout: 600000 }, async () => {
  await useBackend("wasm");
  const parts: string[] = [];
  const started = performance.now();
  await trace(
    {
      encoder: sinusoidal({ dim: 512 }),
      encoderTitle: "sinusoidal",
      task: tasks.nearest,
      dim: 512,
      heads: 8,
      seed: 1,
      epochs: 5,
      samples: 2048,
      heldOut: 512,
      json: false,
      quiz: false,
    },
    {
      write: (t) => {
        parts.push(t);
      },
      interactive: false,
    },
  );
  parts.push(`\nSECONDS ${(performance.now() - started) / 1000}\n`);
  writeFileSync("/tmp/trace-real.txt", parts.join(""));
});
