import { expect, test } from "vitest";
import { grid } from "../positions/grid.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array } from "../typed-arrays/nd-array.ts";
import { type SinusoidalNdOptions, sinusoidalNd } from "./sinusoidal-nd.ts";

const { sin, cos } = Math;

/** The vector at (row, column) = (2, 3). */
function at(options: Omit<SinusoidalNdOptions, "axes">): number[] {
  const positions = array(Int32Array.of(2, 3), [1, 2]);
  return [...sinusoidalNd({ ...options, axes: 2 }).vectors(typedArrays, positions, {}).data];
}
function expectRow(got: number[], want: number[]): void {
  expect(got).toHaveLength(want.length);
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(want[i]!, 6);
  });
}

test("the layouts, at row 2 and column 3", () => {
  expectRow(at({ dim: 8 }), [
    ...[sin(2), cos(2), sin(0.02), cos(0.02)],
    ...[sin(3), cos(3), sin(0.03), cos(0.03)],
  ]);
  expectRow(at({ dim: 8, layout: "concatenated" }), [
    ...[sin(2), sin(0.02), cos(2), cos(0.02)],
    ...[sin(3), sin(0.03), cos(3), cos(0.03)],
  ]);
  expectRow(at({ dim: 8, layout: "grouped" }), [
    ...[sin(2), sin(0.02), sin(3), sin(0.03)],
    ...[cos(2), cos(0.02), cos(3), cos(0.03)],
  ]);
  expectRow(at({ dim: 4, axisOrder: [1, 0] }), [sin(3), cos(3), sin(2), cos(2)]);
});

test("frequencies: base, exponent, shortest timescale", () => {
  expectRow(at({ dim: 8, base: 16 }).slice(0, 4), [sin(2), cos(2), sin(0.5), cos(0.5)]);
  expectRow(at({ dim: 8, exponent: "tensor2tensor" }).slice(2, 4), [sin(2e-4), cos(2e-4)]);
  expectRow(at({ dim: 4, minTimescale: 3 }), [sin(6), cos(6), sin(9), cos(9)]);
});

test("a remainder is cut off or filled with zeros", () => {
  expectRow(at({ dim: 6, remainder: "truncate" }), at({ dim: 8 }).slice(0, 6));
  expectRow(at({ dim: 7, remainder: "zero" }), [...at({ dim: 4 }), 0, 0, 0]);
});

test("offset and normalisation", () => {
  expectRow(at({ dim: 4, offset: 1 }), [sin(3), cos(3), sin(4), cos(4)]);
  const normalise = { sizes: [4, 8], scale: 2, epsilon: 1 };
  expectRow(at({ dim: 4, offset: 1, normalise }), [
    ...[sin((3 / 5) * 2), cos((3 / 5) * 2)],
    ...[sin((4 / 9) * 2), cos((4 / 9) * 2)],
  ]);
  const angle = (2 / (4 + 1e-6)) * 2 * Math.PI;
  expectRow(at({ dim: 4, normalise: { sizes: [4, 8] } }).slice(0, 2), [sin(angle), cos(angle)]);
});

test("a grid of any number of axes", () => {
  const { shape } = sinusoidalNd({ dim: 12, axes: 3 }).vectors(typedArrays, grid(2, 3, 2), {});
  expect(shape).toEqual([12, 12]);
});

test.each<[object, Error]>([
  [{ dim: 8 }, new TypeError("sinusoidalNd: axes must be a number, got undefined")],
  [{ dim: 8, axes: 0 }, new RangeError("sinusoidalNd: axes must be at least 1, got 0")],
  [
    { dim: 6, axes: 2 },
    new RangeError(
      'sinusoidalNd: dim must be a multiple of 4, got 6 (otherwise choose remainder "truncate" or "zero")',
    ),
  ],
  [{ dim: 3, axes: 2, remainder: "zero" }, new RangeError("sinusoidalNd: dim must be at least 4, got 3")],
  [
    { dim: 8, axes: 2, axisOrder: [0, 0] },
    new RangeError("sinusoidalNd: axisOrder must be the numbers 0 to 1 in some order, got [0, 0]"),
  ],
  [
    { dim: 8, axes: 2, normalise: { sizes: [3] } },
    new RangeError("sinusoidalNd: normalise.sizes must be 2 lengths, got [3]"),
  ],
  [
    { dim: 8, axes: 2, normalise: { sizes: [3, 0] } },
    new RangeError("sinusoidalNd: normalise.sizes[1] must be at least 1, got 0"),
  ],
  [
    { dim: 8, axes: 2, normalise: { size: [3, 3] } },
    new TypeError('sinusoidalNd: normalise: unknown option "size"; known are sizes, scale, epsilon'),
  ],
])("bad options %j", (options, error) => {
  expect(() => sinusoidalNd(options as SinusoidalNdOptions)).toThrow(error);
});
