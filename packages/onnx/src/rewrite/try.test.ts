import { rope } from "@posenc/core";
import { expect, test } from "vitest";
import { exportEncoder } from "../export-encoder.ts";
import { rewriteRotary } from "./rewrite-rotary.ts";
import { difference, feed } from "./run.fixture.ts";
import {
  chunks,
  gptj,
  llamaCached,
  llamaDynamo,
  llamaTorchScript,
  neoxPartial,
  pairsInColumns,
} from "./torch-graphs.fixture.ts";

const B = 2,
  L = 7;
const own = (o: object) => exportEncoder(rope({ dim: 8, ...o }));
const ownFeed = { q: [B, 3, L, 8], k: [B, 2, L, 8], positions: [B, L], key_positions: [1, L] };
const cases: [string, Uint8Array, Record<string, number[]>][] = [
  ["ts", llamaTorchScript(), { position_ids: [B, L], q: [B, L, 32], k: [B, L, 16] }],
  ["dynamo", llamaDynamo(), { position_ids: [B, L], q: [B, L, 32], k: [B, L, 16] }],
  ["cached", llamaCached(), { position_ids: [B, L], q: [B, 3, L, 8] }],
  ["neox", neoxPartial(), { position_ids: [B, L], q: [B, 3, L, 12] }],
  ["neox heads unknown", neoxPartial({}, 4, "heads"), { position_ids: [B, L], q: [B, 3, L, 12] }],
  ["gptj", gptj(), { position_ids: [B, L], q: [B, L, 24] }],
  ["gptj whole", gptj({}, 8), { position_ids: [B, L], q: [B, L, 24] }],
  ["columns", pairsInColumns(), { x: [B, L, 3, 8], angles: [L, 4] }],
  ["columns split", pairsInColumns({}, "Split"), { x: [B, L, 3, 8], angles: [L, 4] }],
  ["chunks", chunks(), { x: [B, 3, L, 8], angles: [L, 4] }],
  ["chunks inverse", chunks({}, { inverse: true }), { x: [B, 3, L, 8], angles: [L, 4] }],
  ["chunks 3", chunks({}, { rank: 3 }), { x: [3, L, 8], angles: [L, 4] }],
  ["own", own({}), ownFeed],
  ["own i", own({ pairing: "interleaved" }), ownFeed],
  ["own p", own({ rotaryDim: 4 }), ownFeed],
  ["own ip", own({ pairing: "interleaved", rotaryDim: 4 }), ownFeed],
];
for (const target of ["com.microsoft", "ai.onnx"] as const)
  test.each(cases)(`${target} %s`, async (name, bytes, shapes) => {
    const { bytes: after, rewritten, left } = rewriteRotary(bytes, target);
    console.log(name, JSON.stringify({ rewritten, left }));
    expect(rewritten.length).toBeGreaterThan(0);
    const d = await difference(bytes, after, feed(shapes));
    const back = rewriteRotary(after, "primitives");
    console.log(d, JSON.stringify(back.left));
    expect(d).toBeLessThan(1e-6);
    expect(await difference(bytes, back.bytes, feed(shapes))).toBeLessThan(1e-6);
    const other = rewriteRotary(after, target === "ai.onnx" ? "com.microsoft" : "ai.onnx");
    expect(other.left).toEqual([]);
    expect(await difference(bytes, other.bytes, feed(shapes))).toBeLessThan(1e-6);
  });
