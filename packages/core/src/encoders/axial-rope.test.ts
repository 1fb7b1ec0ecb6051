import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bind } from "../bind.ts";
import { patchPositions } from "../positions/patch-positions.ts";
import { random } from "../random.ts";
import { range } from "../range.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { type AxialRopeOptions, axialRope } from "./axial-rope.ts";
import { rope } from "./rope.ts";

const { expandDims } = typedArrays;

function noise(name: string, ...shape: number[]): NdArray {
  const { normal } = random(1, name);
  return array(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, normal), shape);
}
const at = (...coordinates: number[]) => array(Int32Array.from(coordinates), [1, coordinates.length]);

/** The angles of the pairs at one position, from −π to π. */
function angles(options: AxialRopeOptions, positions: NdArray): number[] {
  const { sin, cos } = axialRope(options).turns(typedArrays, positions, {});
  return Array.from(sin.data, (y, i) => Math.atan2(y, cos.data[i]!));
}

const close = (got: ArrayLike<number>, want: readonly number[]) => {
  expect(got).toHaveLength(want.length);
  want.forEach((value, i) => {
    expect(got[i]).toBeCloseTo(value, 6);
  });
};

describe("which frequency belongs to which coordinate, at (2, 3)", () => {
  test("per-axis: the same series for each", () => {
    close(angles({ dim: 8 }, at(2, 3)), [2, 0.02, 3, 0.03]);
  });
  test("dealt: one series, in turn", () => {
    close(angles({ dim: 8, frequencies: "dealt" }, at(2, 3)), [2, 0.02, 0.3, 0.003]);
  });
  test("linear: π times 1 to half the maximum", () => {
    const options: AxialRopeOptions = { dim: 12, frequencies: "linear", maxFrequency: 10, scale: 0.01 };
    close(
      angles(options, at(2, 3)),
      [2, 6, 10, 3, 9, 15].map((n) => 0.01 * Math.PI * n),
    );
  });
  test("octaves: π times powers of two", () => {
    const options: AxialRopeOptions = {
      dim: 12,
      frequencies: "octaves",
      maxFrequency: 8,
      scale: [0.01, 0.02],
    };
    close(
      angles(options, at(2, 3)),
      [2, 4, 8, 6, 12, 24].map((n) => 0.01 * Math.PI * n),
    );
  });
  test("numbers of one's own, three axes", () => {
    close(angles({ dim: 6, axes: 3, frequencies: [0.25] }, at(2, 3, 4)), [0.5, 0.75, 1]);
  });
});

describe("which dimensions make a pair, at (1, 2)", () => {
  const { sin, cos } = Math;
  const turned = (options: Omit<AxialRopeOptions, "dim">) => {
    const x = array(Float32Array.of(1, 2, 3, 4), [1, 4]);
    return bind(axialRope({ dim: 4, ...options }), typedArrays, {})(x, x, at(1, 2))[0].data;
  };
  test("halves", () => {
    close(turned({}), [
      cos(1) - 3 * sin(1),
      2 * cos(2) - 4 * sin(2),
      3 * cos(1) + sin(1),
      4 * cos(2) + 2 * sin(2),
    ]);
  });
  test.each(["interleaved", "halves-per-axis"] as const)("%s, where an axis has one pair", (pairing) => {
    close(turned({ pairing }), [
      cos(1) - 2 * sin(1),
      2 * cos(1) + sin(1),
      3 * cos(2) - 4 * sin(2),
      4 * cos(2) + 3 * sin(2),
    ]);
  });
});

test("halves-per-axis: each block is turned as a head of RoPE", () => {
  const [length, dim] = [5, 8];
  const x = noise("x", 2, 3, length, 2 * dim);
  const positions = array(
    Int32Array.from({ length: 2 * length }, (_, i) => (7 * i) % 5),
    [length, 2],
  );
  const options: AxialRopeOptions = { dim: 2 * dim, pairing: "halves-per-axis" };
  const [got] = bind(axialRope(options), typedArrays, {})(x, x, positions);
  const blocks = typedArrays.split(x, [dim, dim], -1).map((block, axis) => {
    const coordinate = typedArrays.squeeze(typedArrays.split(positions, [1, 1], -1)[axis]!, -1);
    return bind(rope({ dim }), typedArrays, {})(block, block, coordinate)[0];
  });
  expect(got).toEqual(typedArrays.concat(blocks, -1));
});

test("with one axis it is RoPE, to the last bit, near and far", () => {
  const positions = array(Int32Array.of(0, 1, 1000, 123_456, 2 ** 24));
  const one = axialRope({ dim: 64, axes: 1 }).turns(typedArrays, expandDims(positions, -1), {});
  expect(one).toEqual(rope({ dim: 64 }).turns(typedArrays, positions, {}));
});

test("a score depends on the distance along each axis alone, and 0 turns nothing", () => {
  const pairing = fc.constantFrom("halves", "interleaved", "halves-per-axis");
  const series = fc.constantFrom("per-axis", "dealt");
  const place = fc.tuple(fc.nat(100), fc.nat(100));
  fc.assert(
    fc.property(pairing, series, place, place, place, (pairing, frequencies, q, k, shift) => {
      const apply = bind(axialRope({ dim: 16, pairing, frequencies }), typedArrays, {});
      const [x, y] = [noise("q", 1, 16), noise("k", 1, 16)];
      const score = (by: readonly number[]) => {
        const [turnedQ, turnedK] = apply(
          x,
          y,
          at(q[0] + by[0]!, q[1] + by[1]!),
          at(k[0] + by[0]!, k[1] + by[1]!),
        );
        return Array.from(turnedQ.data).reduce((sum, value, i) => sum + value * turnedK.data[i]!, 0);
      };
      expect(score(shift)).toBeCloseTo(score([0, 0]), 4);
      expect(apply(x, y, at(0, 0))).toEqual([x, y]);
    }),
    { numRuns: 50 },
  );
});

test("centred coordinates and a scale are normalised ones, within 1 ulp", () => {
  const grid = [7, 5];
  const options: AxialRopeOptions = {
    dim: 16,
    base: 100,
    positions: "real",
    scale: grid.map((n) => (2 * Math.PI) / n),
  };
  const { sin } = axialRope(options).turns(typedArrays, patchPositions({ grid, centred: true }), {});
  for (let row = 0, i = 0; row < 7; row++) {
    for (let column = 0; column < 5; column++) {
      for (let pair = 0; pair < 8; pair++, i++) {
        const coordinate = pair < 4 ? (2 * (row + 0.5)) / 7 - 1 : (2 * (column + 0.5)) / 5 - 1;
        const want = Math.sin(2 * Math.PI * coordinate * 100 ** (-(pair % 4) / 4));
        expect(Math.abs(sin.data[i]! - want)).toBeLessThanOrEqual(2 ** -24 * Math.abs(want) + 1e-15);
      }
    }
  }
});

test("a batch has positions of its own", () => {
  const apply = bind(axialRope({ dim: 8, pairing: "halves-per-axis" }), typedArrays, {});
  const x = noise("x", 2, 1, 3, 8);
  const positions = array(
    Int32Array.from({ length: 12 }, (_, i) => i),
    [2, 3, 2],
  );
  const [both] = apply(x, x, positions);
  const [xs, places] = [typedArrays.split(x, [1, 1], -4), typedArrays.split(positions, [1, 1], -3)];
  const singles = xs.map((part, i) => apply(part, part, places[i]!)[0]);
  expect(both).toEqual(typedArrays.concat(singles, -4));
});

test("positions of another number of coordinates", () => {
  const x = noise("x", 3, 8);
  expect(() => bind(axialRope({ dim: 8 }), typedArrays, {})(x, x, range(3))).toThrow(
    new RangeError("axialRope: positions must have shape [length, 2] or [batch, length, 2], got [3]"),
  );
});

test.each<[object, Error]>([
  [{}, new TypeError("axialRope: dim must be a number, got undefined")],
  [{ dim: 6 }, new RangeError("axialRope: rotaryDim must be a multiple of 2 · axes = 4, got 6")],
  [{ dim: 8, rotaryDim: 12 }, new RangeError("axialRope: rotaryDim must be at most dim 8, got 12")],
  [{ dim: 8, axes: 0 }, new RangeError("axialRope: axes must be at least 1, got 0")],
  [
    { dim: 12, rotaryDim: 8, pairing: "halves-per-axis" },
    new RangeError('axialRope: rotaryDim must be dim 12 where pairing is "halves-per-axis", got 8'),
  ],
  [
    { dim: 8, pairing: "half" },
    new RangeError('axialRope: pairing must be "halves" or "interleaved" or "halves-per-axis", got "half"'),
  ],
  [{ dim: 8, scale: [1] }, new RangeError("axialRope: scale must be an array of 2 numbers, got [1]")],
  [
    { dim: 8, frequencies: [1] },
    new RangeError("axialRope: frequencies must be an array of 2 numbers, got [1]"),
  ],
  [
    { dim: 8, frequencies: "linear" },
    new TypeError("axialRope: maxFrequency must be a number, got undefined"),
  ],
  [
    { dim: 8, frequencies: "linear", maxFrequency: 8, base: 100 },
    new TypeError('axialRope: base must be left out where frequencies is "linear", got 100'),
  ],
  [
    { dim: 8, maxFrequency: 8 },
    new TypeError('axialRope: maxFrequency must be left out where frequencies is "per-axis", got 8'),
  ],
])("bad options %j", (options, error) => {
  expect(() => axialRope(options as AxialRopeOptions)).toThrow(error);
});
