import { expect, test } from "vitest";
import { array } from "../typed-arrays/nd-array.ts";
import { type Qwen2VlPositionsOptions, qwen2VlPositions } from "./qwen2-vl-positions.ts";

const row = (...types: number[]) => array(Int32Array.from(types), [1, types.length]);
const many = (count: number, value: number): number[] => Array.from({ length: count }, () => value);

/** time, height, width for each token. */
function axes(options: Qwen2VlPositionsOptions): string[] {
  const { data } = qwen2VlPositions(options).positions;
  return Array.from({ length: data.length / 3 }, (_, i) => data.subarray(3 * i, 3 * i + 3).join(""));
}

test("text stands at the same position on all axes", () => {
  const { positions, deltas } = qwen2VlPositions({ tokenTypes: row(0, 0, 0) });
  expect(positions).toEqual(array(Int32Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2), [1, 3, 3]));
  expect(deltas).toEqual(array(Int32Array.of(0), [1, 1]));
});

test("an image of 4 × 6 patches is 2 × 3 tokens; the text goes on after the longer side", () => {
  const options = { tokenTypes: row(0, 0, 0, ...many(6, 1), 0, 0), imageGrids: [[1, 4, 6]] } as const;
  expect(axes(options)).toEqual("000 111 222 333 334 335 343 344 345 666 777".split(" "));
  expect([...qwen2VlPositions(options).deltas.data]).toEqual([-3]);
});

test("the frames of a video follow one another in time", () => {
  const options = { tokenTypes: row(0, ...many(8, 2), 0), videoGrids: [[2, 4, 4]] } as const;
  expect(axes(options)).toEqual("000 111 112 121 122 211 212 221 222 333".split(" "));
  expect([...qwen2VlPositions(options).deltas.data]).toEqual([-6]);
});

test("after more frames than rows or columns: by the side, or beyond every position", () => {
  const options = { tokenTypes: row(...many(3, 2), 0), videoGrids: [[3, 2, 2]] } as const;
  expect(axes(options)).toEqual("000 100 200 111".split(" "));
  expect(axes({ ...options, advance: "maximum" })).toEqual("000 100 200 333".split(" "));
});

test("images and videos are taken in order, row after row, also without text between them", () => {
  const tokenTypes = array(Int32Array.of(1, 1, 1, 0, 2, 0, 1, 1), [2, 4]);
  const imageGrids = [
    [1, 1, 2],
    [1, 1, 1],
    [1, 2, 1],
  ] as const;
  expect(axes({ tokenTypes, imageGrids, videoGrids: [[1, 1, 1]], spatialMergeSize: 1 })).toEqual(
    "000 001 222 333 000 111 222 232".split(" "),
  );
});

test("padding stands at 0 and counts for nothing", () => {
  const tokenTypes = array(Int32Array.of(0, 0, 0, 1, 0, 0, 1, 0, 0, 0), [2, 5]);
  const mask = array(Int32Array.of(0, 0, 1, 1, 1, 1, 1, 1, 0, 0), [2, 5]);
  const options: Qwen2VlPositionsOptions = {
    tokenTypes,
    mask,
    imageGrids: [
      [1, 2, 2],
      [1, 2, 2],
    ],
  };
  expect(axes(options)).toEqual("000 000 000 111 222 000 111 222 000 000".split(" "));
  expect([...qwen2VlPositions(options).deltas.data]).toEqual([0, 0]);
});

test("tokens without a batch are one row", () => {
  expect(qwen2VlPositions({ tokenTypes: array(Int32Array.of(0, 0)) }).positions.shape).toEqual([1, 2, 3]);
});

test.each<[object, Error]>([
  [{}, new TypeError("qwen2VlPositions: tokenTypes must be an array with data and shape, got undefined")],
  [
    { tokenTypes: row(0, 3) },
    new RangeError("qwen2VlPositions: tokenTypes must be 0 or 1 or 2, got 3 at index 1"),
  ],
  [
    { tokenTypes: row(0, 1) },
    new RangeError(
      "qwen2VlPositions: imageGrids[0] must be the grid of the tokens at index 1, got undefined",
    ),
  ],
  [
    { tokenTypes: row(0, 1, 0), imageGrids: [[1, 2, 4]] },
    new RangeError(
      "qwen2VlPositions: imageGrids[0] must have as many tokens as tokenTypes from index 1 on, got 2 for 1",
    ),
  ],
  [
    { tokenTypes: row(0, 2, 1), videoGrids: [[2, 2, 2]], imageGrids: [[1, 2, 2]] },
    new RangeError(
      "qwen2VlPositions: videoGrids[0] must have as many tokens as tokenTypes from index 1 on, got 2 for 1",
    ),
  ],
  [
    { tokenTypes: row(1), imageGrids: [[2 ** 20, 2 ** 20, 2 ** 20]] },
    new RangeError(
      "qwen2VlPositions: imageGrids[0] must have as many tokens as tokenTypes from index 0 on, got 288230376151711740 for 1",
    ),
  ],
  [
    { tokenTypes: row(0), imageGrids: [[1, 2, 2]] },
    new RangeError("qwen2VlPositions: imageGrids must have one grid for each in tokenTypes, got 1 for 0"),
  ],
  [
    { tokenTypes: row(1), imageGrids: [[1, 2, 3]] },
    new RangeError("qwen2VlPositions: imageGrids[0][2] must be a multiple of spatialMergeSize 2, got 3"),
  ],
  [
    { tokenTypes: row(1), imageGrids: [[2, 2]] },
    new TypeError("qwen2VlPositions: imageGrids[0] must be [time, height, width], got [2, 2]"),
  ],
  [
    { tokenTypes: row(1), imageGrids: [[0, 2, 2]] },
    new RangeError("qwen2VlPositions: imageGrids[0][0] must be at least 1, got 0"),
  ],
  [
    { tokenTypes: row(1), imageGrids: 4 },
    new TypeError("qwen2VlPositions: imageGrids must be an array, got 4"),
  ],
  [
    { tokenTypes: row(0), mask: array(Int32Array.of(1)) },
    new RangeError("qwen2VlPositions: mask must have the shape [1, 1] of tokenTypes, got [1]"),
  ],
  [
    { tokenTypes: row(0), mask: row(2) },
    new RangeError("qwen2VlPositions: mask must be 0 or 1, got 2 at index 0"),
  ],
  [
    { tokenTypes: row(0), spatialMergeSize: 0 },
    new RangeError("qwen2VlPositions: spatialMergeSize must be at least 1, got 0"),
  ],
  [
    { tokenTypes: row(0), advance: "time" },
    new RangeError('qwen2VlPositions: advance must be "side" or "maximum", got "time"'),
  ],
  [
    { tokenTypes: row(0), grids: [] },
    new TypeError(
      'qwen2VlPositions: unknown option "grids"; known are tokenTypes, imageGrids, videoGrids, spatialMergeSize, mask, advance',
    ),
  ],
])("bad options %#", (options, error) => {
  expect(() => qwen2VlPositions(options as Qwen2VlPositionsOptions)).toThrow(error);
});
