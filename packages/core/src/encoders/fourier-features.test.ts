import { expect, test } from "vitest";
import { integratedPositions } from "../integrated-positions.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array } from "../typed-arrays/nd-array.ts";
import { type GaussianFourierOptions, gaussianFourier } from "./gaussian-fourier.ts";
import { type NerfOptions, nerf } from "./nerf.ts";

const { sin, cos, PI } = Math;
const [x, y] = [0.375, -1.25];
const point = array(Float32Array.of(x, y), [1, 2]);

function expectRow(got: ArrayLike<number>, want: number[]): void {
  expect(got).toHaveLength(want.length);
  want.forEach((value, i) => {
    expect(got[i]).toBeCloseTo(value, 6);
  });
}
const nerfAt = (options: Omit<NerfOptions, "axes">) =>
  nerf({ ...options, axes: 2 }).vectors(typedArrays, point, {}).data;

test("nerf: the coordinates, then for each power of 2 sines and cosines", () => {
  const waves = [1, 2].flatMap((f) => [sin(f * x), sin(f * y), cos(f * x), cos(f * y)]);
  expectRow(nerfAt({ bands: 2 }), [x, y, ...waves]);
  expectRow(nerfAt({ bands: 2, includeInput: false }), waves);
  expectRow(nerfAt({ bands: 1, pi: true, includeInput: false }), [
    ...[sin(PI * x), sin(PI * y), cos(PI * x), cos(PI * y)],
  ]);
});

test("nerf: mip-NeRF's order, and other frequencies", () => {
  const both = (wave: (angle: number) => number, factors: number[]) =>
    factors.flatMap((f) => [wave(f * x), wave(f * y)]);
  const plain = { includeInput: false, layout: "concatenated" } as const;
  expectRow(nerfAt({ ...plain, bands: 2, minLog2: 1 }), [...both(sin, [2, 4]), ...both(cos, [2, 4])]);
  expectRow(nerfAt({ ...plain, bands: 3, maxLog2: 1, sampling: "linear" }), [
    ...both(sin, [1, 1.5, 2]),
    ...both(cos, [1, 1.5, 2]),
  ]);
});

test("gaussianFourier: sines and cosines of 2πBp", () => {
  const matrix = [
    [0.5, -2],
    [1.5, 0.25],
    [-3, 1],
  ];
  const angles = matrix.map(([a, b]) => 2 * PI * (a! * x + b! * y));
  const { data } = gaussianFourier({ axes: 2, matrix }).vectors(typedArrays, point, {});
  expectRow(data, [...angles.map(sin), ...angles.map(cos)]);
});

test("gaussianFourier: the matrix is normal, and the same for the same seed", () => {
  const sample = (seed: number, scale: number) => {
    const small = array(Float32Array.of(1e-4), [1, 1]);
    const { data } = gaussianFourier({ axes: 1, features: 2000, seed, scale }).vectors(
      typedArrays,
      small,
      {},
    );
    return Array.from(data.subarray(0, 2000), (value) => Math.asin(value) / (2 * PI * 1e-4));
  };
  const entries = sample(1, 3);
  expect(sample(1, 3)).toEqual(entries);
  expect(sample(2, 3)).not.toEqual(entries);
  const mean = entries.reduce((a, b) => a + b) / 2000;
  const deviation = Math.sqrt(entries.reduce((sum, b) => sum + (b - mean) ** 2, 0) / 2000);
  expect(Math.abs(mean)).toBeLessThan(0.3); // 4.5 standard errors
  expect(Math.abs(deviation - 3)).toBeLessThan(0.25);
});

test("integratedPositions: certain positions are plain features, uncertain ones the mean of many", () => {
  const options = { axes: 1, maxDegree: 3 };
  const tensor = (value: number) => array(Float32Array.of(value), [1, 1]);
  const certain = integratedPositions(typedArrays, tensor(x), tensor(0), options);
  const factors = [1, 2, 4];
  expectRow(certain.data, [...factors.map((f) => sin(f * x)), ...factors.map((f) => cos(f * x))]);

  // the integral over a normal distribution, by the trapezoidal rule
  const variance = 0.3;
  const mean = (wave: (angle: number) => number) => {
    const h = 1e-3;
    let sum = 0;
    for (let z = -8; z <= 8; z += h) sum += wave(x + z * Math.sqrt(variance)) * Math.exp((-z * z) / 2) * h;
    return sum / Math.sqrt(2 * PI);
  };
  const uncertain = integratedPositions(typedArrays, tensor(x), tensor(variance), options);
  const expected = (wave: (angle: number) => number) => factors.map((f) => mean((angle) => wave(f * angle)));
  expectRow(uncertain.data, [...expected(sin), ...expected(cos)]);
});

test.each<[() => unknown, Error]>([
  [() => nerf({ axes: 2 } as NerfOptions), new TypeError("nerf: bands must be a number, got undefined")],
  [
    () => nerf({ axes: 2, bands: 2, minLog2: 3, maxLog2: 1 }),
    new RangeError("nerf: maxLog2 must be from 3 to 100, got 1"),
  ],
  [
    () => nerf({ axes: 2, bands: 2, sampling: "log" as "linear" }),
    new RangeError('nerf: sampling must be "logarithmic" or "linear", got "log"'),
  ],
  [
    () => gaussianFourier({ axes: 2 }),
    new TypeError("gaussianFourier: features must be a number, got undefined"),
  ],
  [
    () => gaussianFourier({ axes: 2, matrix: [[1]] }),
    new RangeError("gaussianFourier: matrix[0] must be an array of 2 numbers, got [1]"),
  ],
  [
    () => gaussianFourier({ axes: 1, matrix: [[1]], seed: 2 }),
    new RangeError("gaussianFourier: features, scale and seed must be left out where matrix is given"),
  ],
  [
    () => gaussianFourier({ axes: 1, matrix: 3 } as unknown as GaussianFourierOptions),
    new TypeError("gaussianFourier: matrix must be an array of rows, got 3"),
  ],
  [
    () => integratedPositions(typedArrays, point, point, { axes: 2, maxDegree: 0 }),
    new RangeError("integratedPositions: maxDegree must be at least 1, got 0"),
  ],
])("bad options %#", (make, error) => {
  expect(make).toThrow(error);
});
