import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bind } from "../bind.ts";
import { random } from "../random.ts";
import { range } from "../range.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { type RopeOptions, rope } from "./rope.ts";

function noise(name: string, ...shape: number[]): NdArray {
  const { normal } = random(1, name);
  return array(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, normal), shape);
}
const at = (...positions: number[]) => array(Int32Array.from(positions));

/** The score of one query at position p and one key at position k. */
function score(options: RopeOptions, p: number, k: number): number {
  const { dim } = options;
  const [q, key] = bind(rope(options), typedArrays, {})(noise("q", 1, dim), noise("k", 1, dim), at(p), at(k));
  return Array.from(q.data).reduce((sum, x, i) => sum + x * key.data[i]!, 0);
}

describe("by hand, at position 2", () => {
  const { sin, cos } = Math;
  const [a, b] = [2, 2 / 100];
  const turned = (options: Partial<RopeOptions>) => {
    const x = array(Float32Array.of(1, 2, 3, 4), [1, 4]);
    return [...bind(rope({ dim: 4, ...options }), typedArrays, {})(x, x, at(2))[0].data];
  };

  test("halves: the pairs are (0, 2) and (1, 3)", () => {
    const want = [cos(a) - 3 * sin(a), 2 * cos(b) - 4 * sin(b), 3 * cos(a) + sin(a), 4 * cos(b) + 2 * sin(b)];
    turned({}).forEach((value, i) => {
      expect(value).toBeCloseTo(want[i]!, 5);
    });
  });

  test("interleaved: the pairs are (0, 1) and (2, 3)", () => {
    const want = [cos(a) - 2 * sin(a), 2 * cos(a) + sin(a), 3 * cos(b) - 4 * sin(b), 4 * cos(b) + 3 * sin(b)];
    turned({ pairing: "interleaved" }).forEach((value, i) => {
      expect(value).toBeCloseTo(want[i]!, 5);
    });
  });

  test("partial: the first rotaryDim dimensions, the rest as it was", () => {
    const want = [cos(a) - 2 * sin(a), 2 * cos(a) + sin(a), 3, 4];
    turned({ rotaryDim: 2 }).forEach((value, i) => {
      expect(value).toBeCloseTo(want[i]!, 5);
    });
  });

  test("real positions, and a fraction added to whole ones", () => {
    const x = array(Float32Array.of(1, 0), [1, 2]);
    const half = bind(rope({ dim: 2, positions: "real", offset: 0.5 }), typedArrays, {});
    expect(half(x, x, at(2))[0].data[0]).toBeCloseTo(cos(2.5), 6);
    expect(half(x, x, array(Float32Array.of(-1.25)))[0].data[1]).toBeCloseTo(sin(-0.75), 6);
  });
});

const anyRope = fc
  .record({
    pairs: fc.integer({ min: 1, max: 16 }),
    rest: fc.integer({ min: 0, max: 3 }),
    base: fc.double({ min: 2, max: 1e6, noNaN: true }),
    pairing: fc.constantFrom("halves", "interleaved"),
  })
  .map(
    ({ pairs, rest, base, pairing }): RopeOptions => ({
      dim: 2 * (pairs + rest),
      rotaryDim: 2 * pairs,
      base,
      pairing,
    }),
  );

test("a score depends on the distance alone", () => {
  fc.assert(
    fc.property(anyRope, fc.nat(1000), fc.nat(1000), fc.nat(100_000), (options, p, k, shift) => {
      expect(score(options, p + shift, k + shift)).toBeCloseTo(score(options, p, k), 3);
    }),
    { numRuns: 100 },
  );
});

test("position 0 turns nothing", () => {
  fc.assert(
    fc.property(anyRope, (options) => {
      const x = noise("x", 1, options.dim);
      expect(bind(rope(options), typedArrays, {})(x, x, at(0))[0].data).toEqual(x.data);
    }),
  );
});

test("an offset is the same as later positions", () => {
  fc.assert(
    fc.property(anyRope, fc.nat(100_000), fc.nat(100), (options, offset, p) => {
      const x = noise("x", 3, options.dim);
      const shifted = bind(rope({ ...options, offset }), typedArrays, {})(x, x, range(3, p));
      const plain = bind(rope(options), typedArrays, {})(x, x, range(3, p + offset));
      expect(shifted).toEqual(plain);
    }),
    { numRuns: 50 },
  );
});

test("a decode step with a KV cache: one query, keys from the beginning", () => {
  const [q, k] = [noise("q", 2, 2, 5, 8), noise("k", 2, 2, 5, 8)];
  const apply = bind(rope({ dim: 8 }), typedArrays, {});
  const [all] = apply(q, k, range(5));
  const [last] = apply(typedArrays.split(q, [4, 1], -2)[1]!, k, range(1, 4), range(5));
  expect(last).toEqual(typedArrays.split(all, [4, 1], -2)[1]);
});

test.each<[object, Error]>([
  [{}, new TypeError("rope: dim must be a number, got undefined")],
  [{ dim: 63 }, new RangeError("rope: dim must be even, got 63")],
  [{ dim: 0 }, new RangeError("rope: dim must be at least 1, got 0")],
  [{ dim: -8 }, new RangeError("rope: dim must be at least 1, got -8")],
  [{ dim: 7.5 }, new RangeError("rope: dim must be a whole number, got 7.5")],
  [{ dim: Number.POSITIVE_INFINITY }, new RangeError("rope: dim must be finite, got Infinity")],
  [{ dim: 2 ** 30 }, new RangeError("rope: dim must be at most 1048576, got 1073741824")],
  [{ dim: 8, rotaryDim: 3 }, new RangeError("rope: rotaryDim must be even, got 3")],
  [{ dim: 8, rotaryDim: 10 }, new RangeError("rope: rotaryDim must be at most dim 8, got 10")],
  [{ dim: 8, rotaryDim: 0 }, new RangeError("rope: rotaryDim must be at least 1, got 0")],
  [{ dim: 8, base: 0 }, new RangeError("rope: base must be greater than 0, got 0")],
  [{ dim: 8, base: Number.NaN }, new RangeError("rope: base must be finite, got NaN")],
  [{ dim: 8, base: 1e-320 }, new RangeError("rope: base must be from 1e-100 to 1e+100, got 1e-320")],
  [
    { dim: 8, pairing: "half" },
    new RangeError('rope: pairing must be "halves" or "interleaved", got "half"'),
  ],
  [{ dim: 8, pairing: false }, new TypeError('rope: pairing must be "halves" or "interleaved", got false')],
  [{ dim: 8, offset: -3 }, new RangeError("rope: offset must be at least 0, got -3")],
  [{ dim: 8, offset: 1.5 }, new RangeError("rope: offset must be a whole number, got 1.5")],
  [{ dim: 8, offset: "1" }, new TypeError('rope: offset must be a number, got "1"')],
  [{ dim: 8, positions: null }, new TypeError('rope: positions must be "index" or "real", got null')],
  [
    { dim: 8, theta: 1e6 },
    new TypeError(
      'rope: unknown option "theta"; known are dim, rotaryDim, base, pairing, outputPairing, offset, positions, scaling',
    ),
  ],
])("bad options %j", (options, error) => {
  expect(() => rope(options as RopeOptions)).toThrow(error);
});
