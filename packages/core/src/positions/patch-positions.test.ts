import { expect, test } from "vitest";
import { type PatchPositionsOptions, patchPositions } from "./patch-positions.ts";

const rows = (options: PatchPositionsOptions) => {
  const { data, shape } = patchPositions(options);
  const [tokens, axes] = shape as [number, number];
  return Array.from({ length: tokens }, (_, i) => [...data.slice(i * axes, (i + 1) * axes)]);
};

test("row by row, (row, column) or (column, row), from any number", () => {
  expect(rows({ grid: [2, 2] })).toEqual([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]);
  expect(rows({ grid: [1, 2], reverse: true, first: 1 })).toEqual([
    [1, 1],
    [2, 1],
  ]);
  expect(rows({ grid: [2, 1, 2] }).at(-2)).toEqual([1, 0, 0]);
  expect(patchPositions({ grid: [2, 2] }).data).toBeInstanceOf(Int32Array);
});

test("centred: whole numbers about 0, float32", () => {
  expect(rows({ grid: [3, 2], centred: true })).toEqual([
    [-2, -1],
    [-2, 1],
    [0, -1],
    [0, 1],
    [2, -1],
    [2, 1],
  ]);
  expect(rows({ grid: [2, 3], centred: true, reverse: true })[0]).toEqual([-2, -1]);
  expect(patchPositions({ grid: [2], centred: true }).data).toBeInstanceOf(Float32Array);
});

test("tokens that are no patches stand at 0", () => {
  expect(rows({ grid: [1, 1], first: 1, before: 1, after: 2 })).toEqual([
    [0, 0],
    [1, 1],
    [0, 0],
    [0, 0],
  ]);
});

test("blocks of patches that are merged", () => {
  expect(rows({ grid: [2, 4], merge: 2 })).toEqual([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
    [0, 2],
    [0, 3],
    [1, 2],
    [1, 3],
  ]);
  expect(rows({ grid: [2, 2, 2], merge: 2 })[5]).toEqual([1, 0, 1]);
});

test.each<[object, Error]>([
  [{}, new TypeError("patchPositions: grid must be an array of lengths, got undefined")],
  [{ grid: [2, 0] }, new RangeError("patchPositions: grid[1] must be at least 1, got 0")],
  [
    { grid: [2, 3], merge: 2 },
    new RangeError("patchPositions: grid must have rows and columns in multiples of merge 2, got [2, 3]"),
  ],
  [
    { grid: [2, 3], centred: true, first: 1 },
    new TypeError("patchPositions: first must be left out where centred, got 1"),
  ],
  [
    { grid: [2 ** 20, 2 ** 20] },
    new RangeError("patchPositions: grid: the number of patches must be at most 67108864, got 1099511627776"),
  ],
])("bad options %j", (options, error) => {
  expect(() => patchPositions(options as PatchPositionsOptions)).toThrow(error);
});
