import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rope } from "@posenc/core";
import { exportEncoder, graph, type InspectedModel, rewriteRotary } from "@posenc/onnx";
import { afterAll, beforeAll, expect, test } from "vitest";
import { posenc } from "../posenc.fixture.ts";

let folder = "";
const file = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "posenc inspect "));
  const own = exportEncoder(rope({ dim: 8, rotaryDim: 4 }));
  writeFileSync(file("rope.onnx"), own);
  writeFileSync(file("fused.onnx"), rewriteRotary(own, "ai.onnx").bytes);
  const builder = graph();
  builder.output("y", builder.input("x\u001b[31m", "float32", [3]));
  writeFileSync(file("plain.onnx"), builder.toBytes());
  writeFileSync(file("broken.onnx"), own.subarray(0, own.length - 7));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("posenc inspect prints what a file has", async () => {
  const { code, out, errors } = await posenc("inspect", file("rope.onnx"));
  expect([code, errors]).toEqual([0, ""]);
  expect(out).toMatch(/^made by {5}posenc/m);
  expect(out).toMatch(/^opsets {6}ai.onnx 17/m);
  expect(out).toMatch(/^inputs {6}q float32 \[batch, heads, length, 8\]$/m);
  expect(out).toMatch(/^ {12}positions int64 \[positions_batch, length\]$/m);
  expect(out).toMatch(/^positions {3}metadata: \{"name":"rope"/m);
  expect(out).toMatch(/spelled out as pairs: halves, 4 dimensions turned, graph, node /);
  const fused = await posenc("inspect", file("fused.onnx"));
  expect(fused.out).toMatch(/operator RotaryEmbedding of ai.onnx: halves, 4 dimensions turned, graph, node /);
});

test("--json prints it as data", async () => {
  const { code, out } = await posenc("inspect", file("fused.onnx"), "--json");
  expect(code).toBe(0);
  const inspected = JSON.parse(out) as InspectedModel;
  expect(inspected.opsets["ai.onnx"]).toBe(23);
  expect(inspected.encodings.filter(({ by }) => by === "operator")).toHaveLength(2);
});

test("a file without positions, and with odd names", async () => {
  const { out } = await posenc("inspect", file("plain.onnx"));
  expect(out).toMatch(/^inputs {6}x\uFFFD\[31m float32 \[3\]$/m);
  expect(out).toMatch(/^positions {3}none found$/m);
});

test("files that are none", async () => {
  const broken = await posenc("inspect", file("broken.onnx"));
  expect([broken.code, broken.out]).toEqual([1, ""]);
  expect(broken.errors).toMatch(/^posenc: inspectModel: .*must end with its message/);
  const missing = await posenc("inspect", file("missing.onnx"));
  expect(missing.code).toBe(1);
  expect(missing.errors).toMatch(/^posenc: inspect: FILE must be a file that can be read: ENOENT/);
  const none = await posenc("inspect");
  expect(none.code).toBe(2);
  expect(none.errors).toMatch(/missing required argument 'file'/);
});
