import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bind } from "../bind.ts";
import { initialise } from "../parameters.ts";
import { range } from "../range.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { type AlibiOptions, alibi, alibiSlopes } from "./alibi.ts";

/** [head][query][key] */
function scores(options: AlibiOptions, length: number): number[][][] {
  const { data, shape } = bind(alibi(options), typedArrays, {})(range(length), range(length));
  expect(shape).toEqual([options.heads, length, length]);
  return Array.from({ length: options.heads }, (_, h) =>
    Array.from({ length }, (_, q) => {
      const row = (h * length + q) * length;
      return [...data.subarray(row, row + length)].map((score) => score + 0);
    }),
  );
}

describe("slopes", () => {
  // from ofirpress/attention_with_linear_biases: get_slopes
  test.each([
    [1, [2 ** -8]],
    [2, [2 ** -4, 2 ** -8]],
    [3, [2 ** -4, 2 ** -8, 2 ** -2]],
    [4, [2 ** -2, 2 ** -4, 2 ** -6, 2 ** -8]],
    [6, [2 ** -2, 2 ** -4, 2 ** -6, 2 ** -8, 2 ** -1, 2 ** -3]],
    [8, [1, 2, 3, 4, 5, 6, 7, 8].map((i) => 2 ** -i)],
  ])("of %i heads are Press's", (heads, slopes) => {
    expect(alibiSlopes(heads)).toEqual(slopes);
  });

  test("are between 0 and 1, all different, and as many as heads", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (heads) => {
        const slopes = alibiSlopes(heads);
        expect(new Set(slopes).size).toBe(heads);
        expect(slopes.every((slope) => slope > 0 && slope < 1)).toBe(true);
      }),
    );
  });

  test("of no number of heads", () => {
    expect(() => alibiSlopes(0)).toThrow(new RangeError("alibiSlopes: heads must be at least 1, got 0"));
    expect(() => alibiSlopes(2.5)).toThrow(
      new RangeError("alibiSlopes: heads must be a whole number, got 2.5"),
    );
  });
});

describe("scores of 3 tokens", () => {
  test("causal: −slope · (query − key)", () => {
    expect(scores({ heads: 1, slopes: [0.5] }, 3)).toEqual([
      [
        [0, 0.5, 1],
        [-0.5, 0, 0.5],
        [-1, -0.5, 0],
      ],
    ]);
  });

  test("symmetric: −slope · |query − key|", () => {
    expect(scores({ heads: 2, direction: "symmetric", slopes: [0.5, 2] }, 3)).toEqual([
      [
        [0, -0.5, -1],
        [-0.5, 0, -0.5],
        [-1, -0.5, 0],
      ],
      [
        [0, -2, -4],
        [-2, 0, -2],
        [-4, -2, 0],
      ],
    ]);
  });

  test("split: the first half of the heads looks left, the second right", () => {
    expect(scores({ heads: 2, direction: "split", slopes: [0.5, 0.25] }, 3)).toEqual([
      [
        [0, -64, -128],
        [-0.5, 0, -64],
        [-1, -0.5, 0],
      ],
      [
        [0, -0.25, -0.5],
        [-64, 0, -0.25],
        [-128, -64, 0],
      ],
    ]);
  });

  test("split: each half has the slopes of its own number of heads, the left one more if odd", () => {
    const [a, b, c] = scores({ heads: 3, direction: "split" }, 2);
    expect([a![1]![0], b![1]![0], c![0]![1]]).toEqual([-(2 ** -4), -(2 ** -8), -(2 ** -8)]);
    expect([a![0]![1], b![0]![1], c![1]![0]]).toEqual([-64, -64, -64]);
    expect(scores({ heads: 1, direction: "split" }, 2)).toEqual([
      [
        [0, -64],
        [-(2 ** -8), 0],
      ],
    ]);
  });

  test("a slope for each side", () => {
    expect(scores({ heads: 1, slopes: { left: [0.5], right: [2] } }, 3)).toEqual([
      [
        [0, -2, -4],
        [-0.5, 0, -2],
        [-1, -0.5, 0],
      ],
    ]);
  });
});

describe("learned slopes", () => {
  const apply = (options: AlibiOptions, values: Record<string, NdArray>) =>
    bind(alibi({ ...options, learned: true }), typedArrays, values)(range(2), range(2)).data;
  const logs = (...slopes: number[]) => array(Float32Array.from(slopes, Math.log), [slopes.length, 1, 1]);

  test("begin as the fixed ones", () => {
    for (const direction of ["causal", "symmetric", "split"] as const) {
      const { parameters } = alibi({ heads: 3, direction, learned: true });
      const first = array(initialise(parameters, 0).logSlopes!, [3, 1, 1]);
      const fixed = bind(alibi({ heads: 3, direction }), typedArrays, {})(range(2), range(2)).data;
      apply({ heads: 3, direction }, { logSlopes: first }).forEach((score, i) => {
        expect(score).toBeCloseTo(fixed[i]!, 6);
      });
    }
  });

  test("are the exponentials of the parameter; a head that looks left has none to the right", () => {
    const split = apply({ heads: 2, direction: "split" }, { logSlopes: logs(0.5, 2) });
    [0, -64, -0.5, 0, 0, -2, -64, 0].forEach((score, i) => {
      expect(split[i]).toBeCloseTo(score, 6);
    });
    const sides = { logLeft: logs(0.5), logRight: logs(3) };
    const both = apply({ heads: 1, slopes: { left: [1], right: [1] } }, sides);
    [0, -3, -0.5, 0].forEach((score, i) => {
      expect(both[i]).toBeCloseTo(score, 6);
    });
  });

  test("must begin above 0", () => {
    expect(() => alibi({ heads: 2, slopes: [1, 0], learned: true })).toThrow(
      new RangeError("alibi: slopes[1] must be greater than 0, got 0"),
    );
    expect(() => alibi({ heads: 1, slopes: { left: [1], right: [-1] }, learned: true })).toThrow(
      new RangeError("alibi: slopes.right[0] must be greater than 0, got -1"),
    );
    expect(() => alibi({ heads: 1, learned: 1 as unknown as boolean })).toThrow(
      new TypeError("alibi: learned must be true or false, got 1"),
    );
  });
});

test("scores depend on the distance alone", () => {
  const options = fc.record({
    heads: fc.integer({ min: 1, max: 9 }),
    direction: fc.constantFrom("causal", "symmetric", "split"),
  });
  fc.assert(
    fc.property(options, fc.nat(1_000_000), (options, shift) => {
      const apply = bind(alibi(options), typedArrays, {});
      expect(apply(range(3, shift), range(4, shift))).toEqual(apply(range(3), range(4)));
    }),
  );
});

test("a score for each row of a batch: [batch, heads, q, k]", () => {
  const queries = array(Int32Array.of(2, 7), [2, 1]);
  const keys = array(Int32Array.of(0, 2, 5, 6), [2, 2]);
  const { data, shape } = bind(alibi({ heads: 1, slopes: [1] }), typedArrays, {})(queries, keys);
  expect(shape).toEqual([2, 1, 1, 2]);
  expect([...data].map((score) => score + 0)).toEqual([-2, 0, -2, -1]);
});

test.each<[object, Error]>([
  [{}, new TypeError("alibi: heads must be a number, got undefined")],
  [{ heads: 0 }, new RangeError("alibi: heads must be at least 1, got 0")],
  [{ heads: 1.5 }, new RangeError("alibi: heads must be a whole number, got 1.5")],
  [{ heads: 2 ** 31 - 1 }, new RangeError("alibi: heads must be at most 1048576, got 2147483647")],
  [
    { heads: 2, direction: "left" },
    new RangeError('alibi: direction must be "causal" or "symmetric" or "split", got "left"'),
  ],
  [
    { heads: 2, direction: null },
    new TypeError('alibi: direction must be "causal" or "symmetric" or "split", got null'),
  ],
  [
    { heads: 2, slopes: 0.5 },
    new TypeError("alibi: slopes must be an array of 2 numbers or an object with left and right, got 0.5"),
  ],
  [
    { heads: 2, slopes: null },
    new TypeError("alibi: slopes must be an array of 2 numbers or an object with left and right, got null"),
  ],
  [{ heads: 2, slopes: [0.5] }, new RangeError("alibi: slopes must be an array of 2 numbers, got [0.5]")],
  [{ heads: 1, slopes: ["0.5"] }, new TypeError('alibi: slopes[0] must be a number, got "0.5"')],
  [{ heads: 1, slopes: [Number.NaN] }, new RangeError("alibi: slopes[0] must be finite, got NaN")],
  [
    { heads: 1, slopes: [1e300] },
    new RangeError("alibi: slopes[0] must be from -1e+30 to 1e+30, got 1e+300"),
  ],
  [
    { heads: 1, slopes: { left: [1] } },
    new TypeError("alibi: slopes.right must be an array of 1 numbers, got undefined"),
  ],
  [
    { heads: 1, slopes: { left: [1], right: [1, 2] } },
    new RangeError("alibi: slopes.right must be an array of 1 numbers, got [1, 2]"),
  ],
  [
    { heads: 1, slopes: { left: [1], right: [1], up: [1] } },
    new TypeError('alibi: slopes: unknown option "up"; known are left, right'),
  ],
  [
    { heads: 1, direction: "causal", slopes: { left: [1], right: [1] } },
    new RangeError('alibi: direction must be left out where slopes has left and right, got "causal"'),
  ],
  [
    { heads: 1, bidirectional: true },
    new TypeError('alibi: unknown option "bidirectional"; known are heads, direction, slopes, learned'),
  ],
])("bad options %j", (options, error) => {
  expect(() => alibi(options as AlibiOptions)).toThrow(error);
});
