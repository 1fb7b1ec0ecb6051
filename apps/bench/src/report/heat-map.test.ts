import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import type { PictureResult } from "../results.ts";
import { heatMap } from "./heat-map.ts";

const picture: PictureResult = {
  encoder: "an encoder",
  title: "its values",
  axes: { x: "across", y: "down" },
  shape: [1, 6],
  values: [-4, -1, 0, 1, 4, Number.NaN],
  caption: "",
};

async function pixels(of: PictureResult): Promise<[red: number, green: number, blue: number][]> {
  const [, base64] = /data:image\/png;base64,([^"]*)/.exec((await heatMap(of)).html)!;
  const file = Buffer.from(base64!, "base64");
  const start = file.indexOf("IDAT") + 4;
  const row = inflateSync(file.subarray(start)).subarray(1);
  return Array.from({ length: of.values.length }, (_, i) => [row[3 * i]!, row[3 * i + 1]!, row[3 * i + 2]!]);
}

test("below zero red, above blue, zero nearly white, no number grey", async () => {
  const [low, , zero, , high, none] = await pixels(picture);
  expect(low![0]).toBeGreaterThan(low![2] + 50);
  expect(high![2]).toBeGreaterThan(high![0] + 50);
  expect(Math.min(...zero!)).toBeGreaterThan(235);
  expect(Math.max(...zero!) - Math.min(...zero!)).toBeLessThan(12);
  expect(none).toEqual([160, 160, 160]);
});

test("beyond the limit all colours are alike", async () => {
  const [lowest, low, , high, highest] = await pixels({ ...picture, limit: 1 });
  expect(low).toEqual(lowest);
  expect(high).toEqual(highest);
});

test("axes and a text for those who cannot see it", async () => {
  const { html } = await heatMap(picture);
  expect(html).toContain(">across<");
  expect(html).toContain(">down<");
  expect(html).toContain('aria-label="Heat map of an encoder: its values; 1 by 6 values');
});
