import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initialise } from "@posenc/core";
import { exportEncoder, inspectModel, type ExportEncoderOptions } from "@posenc/onnx";
import { expect, test } from "vitest";
import { everyEncoder } from "../../../../packages/conformance/src/every-encoder.ts";
import { verifyEncoder } from "./verify-encoder.ts";
import { renderVerification } from "./render-verification.ts";

const folder = mkdtempSync(join(tmpdir(), "scratch"));
const forms: ExportEncoderOptions[] = [
  {}, { dtype: "float16" },
];
test("all", async () => {
  const bad: string[] = [];
  for (const form of JSON.parse(process.env.FORMS ?? "0") || forms) {
    let n = 0;
    for (const encoder of everyEncoder) {
      const path = join(folder, `${n++}.onnx`);
      let bytes;
      try { bytes = exportEncoder(encoder, { ...form, ...(form.layout === "flat" && encoder.kind==="bias" && form.attention ? {headDim: 8}: {}), values: initialise(encoder.parameters, 1) }); }
      catch (e) { bad.push("EXPORT " + (e as Error).message.slice(0, 100)); continue; }
      writeFileSync(path, bytes);
      const t = performance.now();
      try {
        const v = { file: "", ...(await verifyEncoder(path, bytes, inspectModel(bytes))) };
        const ms = performance.now() - t;
        if (!v.passed) bad.push(renderVerification(v)); else if (ms > 4000 || process.env.ALL) bad.push(`${ms | 0} ms\n` + renderVerification(v));
      } catch (e) { bad.push(`${encoder.name} ${JSON.stringify(encoder.options)} ${JSON.stringify(form)}: ${(e as Error).message.slice(0,200)}`); }
    }
  }
  rmSync(folder, { recursive: true });
  writeFileSync("/tmp/verify-scratch.txt", bad.join("\n----\n"));
}, 600000);
