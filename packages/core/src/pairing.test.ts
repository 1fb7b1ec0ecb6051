import { describe, expect, test } from "vitest";
import { bind } from "./bind.ts";
import { rope } from "./encoders/rope.ts";
import { type PermutePairingOptions, permutePairing, rearranged } from "./pairing.ts";
import { random } from "./random.ts";
import { range } from "./range.ts";
import { typedArrays } from "./typed-arrays/index.ts";
import { array, type NdArray } from "./typed-arrays/nd-array.ts";

function noise(name: string, ...shape: number[]): NdArray {
  const { normal } = random(1, name);
  return array(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, normal), shape);
}

test("rows of interleaved pairs to halves, by hand: two heads of four, and back", () => {
  const rows = array(Float32Array.of(0, 1, 2, 3, 10, 11, 12, 13), [8]);
  const halves = permutePairing(rows, { heads: 2, from: "interleaved", to: "halves" });
  expect([...halves.data]).toEqual([0, 2, 1, 3, 10, 12, 11, 13]);
  expect(permutePairing(halves, { heads: 2, from: "halves", to: "interleaved" })).toEqual(rows);
  expect(permutePairing(rows, { heads: 2, from: "halves", to: "halves" })).toEqual(rows);
});

test("six rotated dimensions of eight, two inputs", () => {
  const weight = array(
    Float32Array.from({ length: 16 }, (_, i) => i),
    [8, 2],
  );
  const { data, shape } = permutePairing(weight, {
    heads: 1,
    from: "interleaved",
    to: "halves",
    rotaryDim: 6,
  });
  expect(shape).toEqual([8, 2]);
  expect([...data]).toEqual([0, 1, 4, 5, 8, 9, 2, 3, 6, 7, 10, 11, 12, 13, 14, 15]);
});

test("permuted weights with the other pairing give the same scores", () => {
  const x = noise("x", 5, 3);
  const scores = (pairing: "halves" | "interleaved", permute: (weight: NdArray) => NdArray) => {
    const { matMul, swapAxes } = typedArrays;
    const project = (name: string) => matMul(x, swapAxes(permute(noise(name, 8, 3)), -2, -1));
    const apply = bind(rope({ dim: 8, rotaryDim: 6, pairing }), typedArrays, {});
    const [q, k] = apply(project("q"), project("k"), range(5, 3));
    return [...matMul(q, swapAxes(k, -2, -1)).data];
  };
  const options = { heads: 1, from: "interleaved", to: "halves", rotaryDim: 6 } as const;
  const permuted = scores("halves", (weight) => permutePairing(weight, options));
  scores("interleaved", (weight) => weight).forEach((score, i) => {
    expect(permuted[i]).toBeCloseTo(score, 5);
  });
});

test("a pairing that changes on the way: the values of the given one, laid out as the other", () => {
  for (const [pairing, outputPairing] of [
    ["interleaved", "halves"],
    ["halves", "interleaved"],
  ] as const) {
    for (const rotaryDim of [8, 4]) {
      const x = noise("x", 2, 3, 8);
      const layout = { dim: 8, rotaryDim, pairing };
      const [plain] = bind(rope(layout), typedArrays, {})(x, x, range(3));
      const [moved, key] = bind(rope({ ...layout, outputPairing }), typedArrays, {})(x, x, range(3));
      expect(moved).toEqual(rearranged(typedArrays, plain, layout, outputPairing));
      expect(key).toEqual(moved);
    }
  }
});

describe("bad input", () => {
  const weight = noise("w", 8, 3);
  const good: PermutePairingOptions = { heads: 2, from: "interleaved", to: "halves" };
  test.each<[object, Error]>([
    [{ heads: 0 }, new RangeError("permutePairing: heads must be at least 1, got 0")],
    [
      { heads: 3 },
      new RangeError(
        "permutePairing: weight must have shape [rows, inputs] or [rows] with an even number of rows for each of 3 heads, got [8, 3]",
      ),
    ],
    [{ from: "half" }, new RangeError('permutePairing: from must be "halves" or "interleaved", got "half"')],
    [{ rotaryDim: 3 }, new RangeError("permutePairing: rotaryDim must be even, got 3")],
    [{ rotaryDim: 6 }, new RangeError("permutePairing: rotaryDim must be at most 4, got 6")],
    [
      { head: 2 },
      new TypeError('permutePairing: unknown option "head"; known are heads, from, to, rotaryDim'),
    ],
  ])("%j", (options, error) => {
    expect(() => permutePairing(weight, { ...good, ...options })).toThrow(error);
  });
});
