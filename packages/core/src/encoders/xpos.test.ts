import fc from "fast-check";
import { expect, test } from "vitest";
import { bind } from "../bind.ts";
import { random } from "../random.ts";
import { range } from "../range.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { rope } from "./rope.ts";
import { type XposOptions, xpos } from "./xpos.ts";

function noise(name: string, ...shape: number[]): NdArray {
  const { normal } = random(1, name);
  return array(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, normal), shape);
}
const at = (...positions: number[]) => array(Int32Array.from(positions));
const dot = (a: NdArray, b: NdArray) =>
  Array.from(a.data).reduce((sum, value, i) => sum + value * b.data[i]!, 0);

/** The score of one query at p and one key at k. */
function score(options: XposOptions, p: number, k: number): number {
  const { dim } = options;
  const [q, key] = bind(xpos(options), typedArrays, {})(noise("q", 1, dim), noise("k", 1, dim), at(p), at(k));
  return dot(q, key);
}

test("by hand: angles of RoPE, and ζ^((p − centre) / scaleBase)", () => {
  const encoder = xpos({ dim: 4, centre: 2, scaleBase: 8 });
  const queries = encoder.turns(typedArrays, at(7), {});
  const keys = encoder.keyTurns!(typedArrays, at(7), {});
  [0.4 / 1.4, 0.9 / 1.4].forEach((zeta, pair) => {
    const [angle, scale] = [7 * 10_000 ** (-pair / 2), zeta ** (5 / 8)];
    expect(queries.sin.data[pair]).toBeCloseTo(scale * Math.sin(angle), 6);
    expect(queries.cos.data[pair]).toBeCloseTo(scale * Math.cos(angle), 6);
    expect(keys.sin.data[pair]).toBeCloseTo(Math.sin(angle) / scale, 6);
    expect(keys.cos.data[pair]).toBeCloseTo(Math.cos(angle) / scale, 6);
  });
});

test("a score depends on the distance alone, whatever the centre", () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), fc.nat(1000), fc.nat(1000), (p, distance, shift, centre) => {
      const options: XposOptions = { dim: 8 };
      const [near, far] = [
        score(options, p + distance, p),
        score({ ...options, centre }, p + distance + shift, p + shift),
      ];
      expect(far).toBeCloseTo(near, 3);
    }),
    { numRuns: 50 },
  );
});

test("at the centre it is RoPE, and a query equal to its key loses with the distance what ζ says", () => {
  const x = noise("x", 1, 8);
  const options = { dim: 8, centre: 9 } as const;
  expect(bind(xpos(options), typedArrays, {})(x, x, at(9))).toEqual(
    bind(rope({ dim: 8 }), typedArrays, {})(x, x, at(9)),
  );
  const turned = (p: number) => {
    const unit = array(Float32Array.of(1, 0), [1, 2]);
    const [q, k] = bind(xpos({ dim: 2, base: 1e100, scaleBase: 16 }), typedArrays, {})(
      unit,
      unit,
      at(p),
      at(p - 4),
    );
    return dot(q, k) / Math.cos(4);
  };
  expect(turned(4)).toBeCloseTo((0.4 / 1.4) ** (4 / 16), 5);
  expect(turned(50)).toBeCloseTo((0.4 / 1.4) ** (4 / 16), 5);
});

test("a key cached with a fixed centre stays right; the middle of the length moves", () => {
  expect(xpos({ dim: 8 }).cacheSafe).toBe(true);
  expect(xpos({ dim: 8, centre: 100 }).cacheSafe).toBe(true);
  expect(xpos({ dim: 8, length: 100 }).cacheSafe).toBe(false);
  const k = noise("k", 1, 8);
  const cached = (options: XposOptions) => bind(xpos(options), typedArrays, {})(k, k, at(3))[1];
  expect(cached({ dim: 8, length: 6 })).toEqual(cached({ dim: 8, centre: 3 }));
  expect(cached({ dim: 8, length: 7 })).toEqual(cached({ dim: 8, length: 6 }));
  expect(cached({ dim: 8, length: 8 })).not.toEqual(cached({ dim: 8, length: 6 }));
});

test("positions end before a scale leaves float32", () => {
  const encoder = xpos({ dim: 8 });
  const last = encoder.positions!.below! - 1;
  expect(last).toBe(32_694);
  const x = noise("x", 1, 8);
  const turned = bind(encoder, typedArrays, {})(x, x, at(last));
  for (const { data } of turned)
    expect(data.every((value) => Number.isFinite(value) && value !== 0)).toBe(true);
  expect(() => bind(encoder, typedArrays, {})(x, x, range(1, last + 1))).toThrow(
    new RangeError("xpos: positions must be below 32695, got 32695 at index 0"),
  );
});

test.each<[object, Error]>([
  [{ dim: 7 }, new RangeError("xpos: dim must be even, got 7")],
  [
    { dim: 8, centre: 3, length: 6 },
    new TypeError("xpos: centre must be left out where length is given, got 3"),
  ],
  [{ dim: 8, centre: -1 }, new RangeError("xpos: centre must be at least 0, got -1")],
  [{ dim: 8, length: 1e9 }, new RangeError("xpos: length must be at most 65390, got 1000000000")],
  [{ dim: 8, scaleBase: 0 }, new RangeError("xpos: scaleBase must be from 1 to 1000000000, got 0")],
  [{ dim: 8, gamma: 0 }, new RangeError("xpos: gamma must be from 0.001 to 1000, got 0")],
])("bad options %j", (options, error) => {
  expect(() => xpos(options as XposOptions)).toThrow(error);
});
