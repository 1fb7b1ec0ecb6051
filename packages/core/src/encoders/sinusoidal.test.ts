import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bind } from "../bind.ts";
import { initialise } from "../parameters.ts";
import { range } from "../range.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array } from "../typed-arrays/nd-array.ts";
import { type SinusoidalOptions, sinusoidal } from "./sinusoidal.ts";

/** Row by row, the vectors at `positions`. */
function vectors(options: SinusoidalOptions, positions = range(4)): number[][] {
  const { data } = sinusoidal(options).vectors(typedArrays, positions, {});
  const { dim } = options;
  return Array.from({ length: data.length / dim }, (_, i) => [...data.subarray(i * dim, (i + 1) * dim)]);
}
const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

function expectRow(got: number[], want: number[]): void {
  expect(got).toHaveLength(want.length);
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(want[i]!, 6);
  });
}

describe("the formulas, at position 3", () => {
  const at = (options: SinusoidalOptions) => vectors(options)[3]!;
  const { sin, cos } = Math;

  test("the paper's", () => {
    expectRow(at({ dim: 4 }), [sin(3), cos(3), sin(3 / 100), cos(3 / 100)]);
    expectRow(at({ dim: 4, base: 16 }), [sin(3), cos(3), sin(3 / 4), cos(3 / 4)]);
  });

  test("layout and order", () => {
    expectRow(at({ dim: 4, layout: "concatenated" }), [sin(3), sin(0.03), cos(3), cos(0.03)]);
    expectRow(at({ dim: 4, first: "cos" }), [cos(3), sin(3), cos(0.03), sin(0.03)]);
    expectRow(at({ dim: 4, layout: "concatenated", first: "cos" }), [cos(3), cos(0.03), sin(3), sin(0.03)]);
  });

  test("tensor2tensor: the last frequency is 1 / base", () => {
    const want = [1, 0.01, 0.0001].flatMap((frequency) => [sin(3 * frequency), cos(3 * frequency)]);
    expectRow(at({ dim: 6, exponent: "tensor2tensor" }), want);
    expectRow(at({ dim: 2, exponent: "tensor2tensor" }), [sin(3), cos(3)]);
  });

  test("per-dimension: dimension j has frequency base^(-j/d)", () => {
    const want = [sin(3), cos(3 / 10), sin(3 / 100), cos(3 / 1000)];
    expectRow(at({ dim: 4, exponent: "per-dimension" }), want);
    expectRow(at({ dim: 4, exponent: "per-dimension", first: "cos" }), [
      cos(3),
      sin(3 / 10),
      cos(3 / 100),
      sin(3 / 1000),
    ]);
  });

  test("odd dim", () => {
    expectRow(at({ dim: 3, oddDim: "sine" }), [sin(3), cos(3), sin(3 / 10_000 ** (2 / 3))]);
    expectRow(at({ dim: 3, oddDim: "zero" }), [sin(3), cos(3), 0]);
    expectRow(at({ dim: 1, oddDim: "sine" }), [sin(3)]);
    expectRow(at({ dim: 3, oddDim: "sine", layout: "concatenated" }), [
      sin(3),
      sin(3 / 10_000 ** (2 / 3)),
      cos(3),
    ]);
  });

  test("scale and offset", () => {
    expectRow(at({ dim: 2, scale: 0.5 }), [sin(3) / 2, cos(3) / 2]);
    expectRow(at({ dim: 2, offset: 4 }), [sin(7), cos(7)]);
  });

  test("min_timescale multiplies, as in tensor2tensor", () => {
    const want = [2, 2 * Math.sqrt(2 / 32), 2 * (2 / 32)].map((frequency) => 3 * frequency);
    expectRow(at({ dim: 6, base: 32, minTimescale: 2, exponent: "tensor2tensor", layout: "concatenated" }), [
      ...want.map(sin),
      ...want.map(cos),
    ]);
  });

  test("a padding index has a vector of zeros, counted after the offset", () => {
    expect(vectors({ dim: 2, paddingIndex: 1 })[1]!.map(Math.abs)).toEqual([0, 0]);
    expectRow(at({ dim: 2, paddingIndex: 1 }), [sin(3), cos(3)]);
    expect(vectors({ dim: 2, paddingIndex: 5, offset: 4 })[1]!.map(Math.abs)).toEqual([0, 0]);
  });

  test("a learned factor: one number, d^(−1/2) at first", () => {
    const encoder = sinusoidal({ dim: 16, scale: "learned" });
    expect(initialise(encoder.parameters, 0)).toEqual({ scale: Float32Array.of(0.25) });
    const other = sinusoidal({ dim: 2, scale: { learned: 1 } });
    expect(initialise(other.parameters, 0)).toEqual({ scale: Float32Array.of(1) });
    const { data } = other.vectors(typedArrays, range(1, 3), { scale: array(Float32Array.of(2)) });
    expectRow([...data], [2 * sin(3), 2 * cos(3)]);
  });

  test("real positions: fractions, negative ones, and a fraction added to whole ones", () => {
    const options = { dim: 2, positions: "real" } as const;
    expectRow(vectors(options, array(Float32Array.of(-2.5)))[0]!, [sin(-2.5), cos(-2.5)]);
    expectRow(vectors({ ...options, offset: -1.5 }, range(1, 3))[0]!, [sin(1.5), cos(1.5)]);
    expectRow(vectors({ ...options, offset: -5 }, range(1, 3))[0]!, [sin(-2), cos(-2)]);
  });
});

describe("what the paper's has and the per-dimension exponent has not", () => {
  const dim = 64;
  const paper = vectors({ dim }, range(200));
  const perDimension = vectors({ dim, exponent: "per-dimension" }, range(200));

  test("the length of every vector is √(d/2)", () => {
    for (const row of paper) expect(dot(row, row)).toBeCloseTo(dim / 2, 4);
    const lengths = perDimension.map((row) => dot(row, row));
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeGreaterThan(0.5);
  });

  test("the product of two vectors depends on their distance alone", () => {
    const spread = (rows: number[][], distance: number) => {
      const products = rows.slice(0, 100).map((row, p) => dot(row, rows[p + distance]!));
      return Math.max(...products) - Math.min(...products);
    };
    for (const distance of [1, 5, 50]) {
      expect(spread(paper, distance)).toBeLessThan(1e-4);
      expect(spread(perDimension, distance)).toBeGreaterThan(0.5);
    }
  });

  test("properties hold for any width, base and distance", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 32 }),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        fc.nat(1000),
        fc.nat(1000),
        (pairs, base, p, k) => {
          const [first, second] = vectors({ dim: 2 * pairs, base }, array(Int32Array.of(p, p + k))) as [
            number[],
            number[],
          ];
          const want = Array.from({ length: pairs }, (_, i) => Math.cos(k * base ** (-i / pairs)));
          expect(dot(first, first)).toBeCloseTo(pairs, 4);
          expect(dot(first, second)).toBeCloseTo(
            want.reduce((a, b) => a + b),
            4,
          );
        },
      ),
      { numRuns: 100 },
    );
  });
});

test("an offset is the same as later positions", () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.nat(100), (offset, p) => {
      expect(vectors({ dim: 8, offset }, array(Int32Array.of(p)))).toEqual(
        vectors({ dim: 8 }, array(Int32Array.of(p + offset))),
      );
    }),
    { numRuns: 50 },
  );
});

test("bind adds it to the embeddings, batch by batch", () => {
  const x = array(new Float32Array(2 * 3 * 2).fill(10), [2, 3, 2]);
  const positions = array(Int32Array.of(0, 1, 2, 5, 6, 7), [2, 3]);
  const { data, shape } = bind(sinusoidal({ dim: 2 }), typedArrays, {})(x, positions);
  expect(shape).toEqual([2, 3, 2]);
  expectRow(
    [...data],
    [0, 1, 2, 5, 6, 7].flatMap((p) => [10 + Math.sin(p), 10 + Math.cos(p)]),
  );
});

test.each<[object, Error]>([
  [{}, new TypeError("sinusoidal: dim must be a number, got undefined")],
  [{ dim: "8" }, new TypeError('sinusoidal: dim must be a number, got "8"')],
  [{ dim: 0 }, new RangeError("sinusoidal: dim must be at least 1, got 0")],
  [{ dim: -2 }, new RangeError("sinusoidal: dim must be at least 1, got -2")],
  [{ dim: 2.5 }, new RangeError("sinusoidal: dim must be a whole number, got 2.5")],
  [{ dim: Number.NaN }, new RangeError("sinusoidal: dim must be finite, got NaN")],
  [{ dim: 2 ** 40 }, new RangeError("sinusoidal: dim must be at most 1048576, got 1099511627776")],
  [
    { dim: 63 },
    new RangeError('sinusoidal: dim must be even, got 63 (for an odd dim choose oddDim "sine" or "zero")'),
  ],
  [
    { dim: 1, oddDim: "zero" },
    new RangeError('sinusoidal: dim must be at least 2 where oddDim is "zero", got 1'),
  ],
  [{ dim: 8, base: 0 }, new RangeError("sinusoidal: base must be greater than 0, got 0")],
  [{ dim: 8, base: -10 }, new RangeError("sinusoidal: base must be greater than 0, got -10")],
  [{ dim: 8, base: "1e4" }, new TypeError('sinusoidal: base must be a number, got "1e4"')],
  [{ dim: 8, base: 1e200 }, new RangeError("sinusoidal: base must be from 1e-100 to 1e+100, got 1e+200")],
  [
    { dim: 8, layout: "halves" },
    new RangeError('sinusoidal: layout must be "interleaved" or "concatenated", got "halves"'),
  ],
  [{ dim: 8, layout: 1 }, new TypeError('sinusoidal: layout must be "interleaved" or "concatenated", got 1')],
  [{ dim: 8, first: "tan" }, new RangeError('sinusoidal: first must be "sin" or "cos", got "tan"')],
  [
    { dim: 8, exponent: "tutorial" },
    new RangeError(
      'sinusoidal: exponent must be "paper" or "tensor2tensor" or "per-dimension", got "tutorial"',
    ),
  ],
  [
    { dim: 8, oddDim: true },
    new TypeError('sinusoidal: oddDim must be "error" or "sine" or "zero", got true'),
  ],
  [{ dim: 8, scale: Number.NaN }, new RangeError("sinusoidal: scale must be finite, got NaN")],
  [{ dim: 8, scale: 1e38 }, new RangeError("sinusoidal: scale must be from -1e+30 to 1e+30, got 1e+38")],
  [{ dim: 8, scale: null }, new TypeError("sinusoidal: scale must be a number, got null")],
  [{ dim: 8, scale: "fixed" }, new RangeError('sinusoidal: scale must be "learned", got "fixed"')],
  [{ dim: 8, scale: { learned: "1" } }, new TypeError('sinusoidal: scale.learned must be a number, got "1"')],
  [
    { dim: 8, scale: { start: 1 } },
    new TypeError('sinusoidal: scale: unknown option "start"; known are learned'),
  ],
  [
    { dim: 8, minTimescale: 0 },
    new RangeError("sinusoidal: minTimescale must be from 1e-30 to 1e+30, got 0"),
  ],
  [{ dim: 8, paddingIndex: -1 }, new RangeError("sinusoidal: paddingIndex must be at least 0, got -1")],
  [
    { dim: 8, paddingIndex: 0, positions: "real" },
    new RangeError('sinusoidal: paddingIndex must be left out where positions is "real", got 0'),
  ],
  [{ dim: 8, offset: -1 }, new RangeError("sinusoidal: offset must be at least 0, got -1")],
  [{ dim: 8, offset: 0.5 }, new RangeError("sinusoidal: offset must be a whole number, got 0.5")],
  [
    { dim: 8, offset: 2 ** 31 },
    new RangeError("sinusoidal: offset must be at most 1073741824, got 2147483648"),
  ],
  [
    { dim: 8, offset: 1e12, positions: "real" },
    new RangeError("sinusoidal: offset must be from -1073741824 to 1073741824, got 1000000000000"),
  ],
  [
    { dim: 8, positions: "integer" },
    new RangeError('sinusoidal: positions must be "index" or "real", got "integer"'),
  ],
  [
    { dim: 8, max: 1 },
    new TypeError(
      'sinusoidal: unknown option "max"; known are dim, base, layout, first, exponent, oddDim, scale, offset, positions, minTimescale, paddingIndex',
    ),
  ],
])("bad options %j", (options, error) => {
  expect(() => sinusoidal(options as SinusoidalOptions)).toThrow(error);
});

test.each([
  [undefined, "undefined"],
  [null, "null"],
  [8, "8"],
  [[8], "[8]"],
])("options must be an object: %j", (options, shown) => {
  expect(() => sinusoidal(options as never)).toThrow(
    new TypeError(`sinusoidal: options must be an object, got ${shown}`),
  );
});
