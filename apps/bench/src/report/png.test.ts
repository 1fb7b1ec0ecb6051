import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { png } from "./png.ts";

test("a file of signature, header, pixels and end, each with its check sum", () => {
  const pixels = Uint8Array.from({ length: 3 * 5 * 2 }, (_, i) => 8 * i);
  const file = png(5, 2, pixels);
  expect(file.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");

  const checks: number[] = [];
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const body = file.subarray(at + 4, at + 8 + length);
    checks.push(file.readUInt32BE(at + 8 + length));
    chunks.set(body.toString("latin1", 0, 4), body.subarray(4));
    at += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(["IHDR", "IDAT", "IEND"]);
  expect([...chunks.get("IHDR")!]).toEqual([0, 0, 0, 5, 0, 0, 0, 2, 8, 2, 0, 0, 0]);
  expect([checks[0], checks[2]]).toEqual([0x1f08810a, 0xae426082]);
  const rows = inflateSync(chunks.get("IDAT")!);
  expect([...rows]).toEqual([0, ...pixels.subarray(0, 15), 0, ...pixels.subarray(15)]);
});
