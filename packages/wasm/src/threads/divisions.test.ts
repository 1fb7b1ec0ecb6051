import fc from "fast-check";
import { expect, test } from "vitest";
import type { KernelExports } from "../kernel-exports.ts";
import { webAssembly } from "../web-assembly.ts";
import { cut, divisions, type KernelName, kernelNames } from "./divisions.ts";
import { sharedModule } from "./shared-module.ts";

const count = fc.integer({ min: 1, max: 70 });
const most = fc.integer({ min: 1, max: 40 });

/** Where a rotation turns a head: the offset of each in x and in the cosines. */
function heads([, x, cos, , sharers, sharerStep, rows, rowStep, tableStep]: readonly number[]): string[] {
  const found: string[] = [];
  for (let s = 0; s < sharers!; s++) {
    for (let r = 0; r < rows!; r++) {
      found.push(`${x! + s * sharerStep! + r * rowStep!} ${cos! + r * tableStep!}`);
    }
  }
  return found;
}

test("the parts of a rotation turn every head once, by its own angles", () => {
  fc.assert(
    fc.property(count, count, most, fc.boolean(), (sharers, rows, most, sharersOutside) => {
      const [sharerStep, rowStep] = sharersOutside ? [64 * rows, 64] : [64, 64 * sharers];
      const values = [1e6, 0, 2e6, 3e6, sharers, sharerStep, rows, rowStep, 32, 8, 0, 4, 0];
      const parts = cut("rotate", values, most);
      expect(parts.length).toBeLessThanOrEqual(most);
      expect(parts.flatMap(heads).sort()).toEqual(heads(values).sort());
      for (const [out, x, cos, sin] of parts) expect([out! - x!, sin! - cos!]).toEqual([1e6, 1e6]);
    }),
  );
});

/** Which float of `out` is made of which of a and b. */
function sums([out, a, b, rows, count, aStep, bStep]: readonly number[], each: 0 | 4): string[] {
  const found: string[] = [];
  for (let r = 0; r < rows!; r++) {
    for (let j = 0; j < count!; j++) {
      found.push(`${out! + 4 * (r * count! + j)} ${a! + r * aStep! + 4 * j} ${b! + r * bStep! + each * j}`);
    }
  }
  return found;
}

test.each([
  ["addRows", 4],
  ["addToRows", 0],
] as const)("the parts of %s are all of it, however few rows there are", (name, each) => {
  fc.assert(
    fc.property(count, count, most, fc.boolean(), (rows, count, most, repeated) => {
      const values = [1e6, 2e6, 3e6, rows, count, 4 * count, repeated ? 0 : 4 * count];
      const parts = cut(name, values, most);
      expect(parts.length).toBeLessThanOrEqual(most);
      expect(parts.flatMap((part) => sums(part, each)).sort()).toEqual(sums(values, each).sort());
    }),
  );
});

test.each<[string, number[], number[][]]>([
  [
    "gather",
    [0, 5000, 900, 6, 8],
    [
      [0, 5000, 900, 4, 8],
      [128, 5000, 916, 2, 8],
    ],
  ],
  [
    "gatherAdd, rows",
    [0, 700, 5000, 900, 3, 320, 40, 10, 8],
    [
      [0, 700, 5000, 900, 3, 320, 40, 5, 8],
      [160, 860, 5000, 920, 3, 320, 40, 5, 8],
    ],
  ],
  [
    "gatherAdd, sharers",
    [0, 700, 5000, 900, 6, 32, 4, 1, 8],
    [
      [0, 700, 5000, 900, 4, 32, 4, 1, 8],
      [128, 700, 5000, 916, 2, 32, 4, 1, 8],
    ],
  ],
  [
    "slide",
    [0, 900, 3, 8],
    [
      [0, 900, 2, 8],
      [64, 892, 1, 8],
    ],
  ],
  [
    "softmax",
    [0, 900, 3, 8],
    [
      [0, 900, 2, 8],
      [64, 964, 1, 8],
    ],
  ],
  [
    "softmaxBiased",
    [0, 900, 70, 0, 3, 8],
    [
      [0, 900, 70, 0, 2, 8],
      [64, 964, 70, 0, 1, 8],
    ],
  ],
  [
    "softmaxBiased",
    [0, 900, 70, 32, 3, 8],
    [
      [0, 900, 70, 32, 2, 8],
      [64, 964, 134, 32, 1, 8],
    ],
  ],
  [
    "layerNorm",
    [0, 900, 70, 80, 3, 8, 0.5],
    [
      [0, 900, 70, 80, 2, 8, 0.5],
      [64, 964, 70, 80, 1, 8, 0.5],
    ],
  ],
  [
    "sincos",
    [0, 9000, 70, 80, 7, 8, 1, 0.5, 6],
    [
      [0, 9000, 70, 64, 7, 8, 1, 0.5, 6],
      [2048, 11048, 582, 16, 7, 8, 1, 0.5, 6],
    ],
  ],
])("%s, in two", (what, values, parts) => {
  expect(cut(what.split(",")[0] as KernelName, values, 2)).toEqual(parts);
});

test("bytes that are read and written", () => {
  const bytes = (name: KernelName, ...values: number[]) => divisions[name].bytes(values);
  expect(bytes("rotate", 0, 0, 0, 0, 32, 0, 2048, 0, 0, 60, 8)).toBe(2 * 4 * 32 * 2048 * 128);
  expect(bytes("addToRows", 0, 0, 0, 10, 20, 0, 0)).toBe(3 * 4 * 200);
  expect(bytes("sincos", 0, 0, 0, 100, 0, 64, 1, 0, 0)).toBe(2 * 4 * 6400 + 800);
  expect(bytes("gatherAdd", 0, 0, 0, 0, 3, 0, 0, 10, 20)).toBe(4 * (2 * 3 + 1) * 200);
  expect(bytes("slide", 0, 0, 1024, 1024)).toBe(8 * 2 ** 20);
});

test("the kernels are these, and take so many arguments: a division counts on it", () => {
  const memory = new webAssembly!.Memory({ initial: 1, maximum: 1, shared: true });
  const { exports } = new webAssembly!.Instance(sharedModule(), { env: { memory } });
  const lengths = Object.entries(exports as KernelExports).map(([name, kernel]) => [name, kernel.length]);
  expect(Object.fromEntries(lengths)).toEqual({
    ...{ addRows: 7, addToRows: 7, gather: 5, gatherAdd: 9, layerNorm: 7, rotate: 13 },
    ...{ sincos: 9, slide: 4, softmax: 4, softmaxBiased: 6 },
  });
  expect([...kernelNames].sort()).toEqual(lengths.map(([name]) => name).sort());
});
