import { writeFileSync } from "node:fs";
import { tasks } from "@posenc/benchmarks";
import { alibi, learned, none, rope, sinusoidal } from "@posenc/core";
import { test } from "vitest";
import { useBackend } from "../backend.ts";
import { trace } from "./trace.ts";

test("try", async () => {
  await useBackend("wasm");
  const dim = 32,
    heads = 4;
  for (const encoder of [
    sinusoidal({ dim }),
    sinusoidal({ dim, exponent: "per-dimension" }),
    rope({ dim: 8 }),
    alibi({ heads, direction: "symmetric" }),
    learned({ dim, maxLength: 10 }),
    none(),
  ]) {
    let text = "";
    await trace(
      {
        encoder,
        encoderTitle: encoder.name,
        task: encoder.name === "rope" ? tasks.agent : tasks.nearest,
        dim,
        heads,
        seed: 1,
        epochs: 2,
        samples: 128,
        heldOut: 64,
        json: false,
        quiz: false,
      },
      { write: (t) => void (text += t), interactive: false },
    );
    writeFileSync(`/tmp/trace-${encoder.name}${encoder.options.exponent ?? ""}.txt`, text);
  }
});
