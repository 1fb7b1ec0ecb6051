import { describe, expect, test } from "vitest";
import { type BiasEncoder, bias, type Encoder } from "../encoder.ts";
import { alibi } from "../encoders/alibi.ts";
import { cope } from "../encoders/cope.ts";
import { forgetting } from "../encoders/forgetting.ts";
import { learned } from "../encoders/learned.ts";
import { learnedRope } from "../encoders/learned-rope.ts";
import { none } from "../encoders/none.ts";
import { rope } from "../encoders/rope.ts";
import { sinusoidal } from "../encoders/sinusoidal.ts";
import { sinusoidalNd } from "../encoders/sinusoidal-nd.ts";
import { t5 } from "../encoders/t5.ts";
import { distances, relativePositions } from "../relative-positions.ts";
import { type AnalyzeOptions, analyze } from "./analyze.ts";

const omega = (i: number, dim: number, base = 10_000) => base ** ((-2 * i) / dim);
const sumOfCosines = (distance: number, dim: number) =>
  Array.from({ length: dim / 2 }, (_, i) => Math.cos(omega(i, dim) * distance)).reduce((a, b) => a + b, 0);

function expectNear(got: readonly (number | null)[], want: readonly number[], tolerance = 1e-5): void {
  expect(got.length).toBe(want.length);
  got.forEach((value, i) => {
    expect(Math.abs(value! - want[i]!), `${i}: ${value} and ${want[i]}`).toBeLessThan(tolerance);
  });
}

/** f of query and key, row by row. */
const square = (length: number, f: (p: number, q: number) => number): number[] =>
  Array.from({ length: length ** 2 }, (_, at) => f(Math.floor(at / length), at % length));

describe("scores", () => {
  test("sinusoidal, paper: Σ cos(ωᵢ · distance), wherever the pair stands", () => {
    const { scores, heads, relation, length } = analyze(sinusoidal({ dim: 16 }), { length: 20 });
    expectNear(
      scores.matrix,
      square(20, (p, q) => sumOfCosines(p - q, 16)),
    );
    expect(scores.byDistance.distances).toEqual(Array.from({ length: 39 }, (_, i) => i - 19));
    expectNear(
      scores.byDistance.means,
      scores.byDistance.distances.map((distance) => sumOfCosines(distance, 16)),
    );
    expectNear(
      scores.byDistance.relative,
      scores.byDistance.distances.map((distance) => sumOfCosines(distance, 16) / 8),
    );
    expect(scores.shiftSpread).toBeLessThan(1e-5);
    expect({ length, relation, heads }).toEqual({ length: 20, relation: "ratio", heads: [] });
    expect([scores.shiftInvariant, scores.symmetric]).toEqual([true, true]);
  });

  test("sinusoidal with an exponent per dimension: pairs at one distance differ", () => {
    const dim = 8;
    const frequency = (j: number) => 10_000 ** (-j / dim);
    const product = (p: number, q: number) => {
      let sum = 0;
      for (let j = 0; j < dim; j += 2) {
        sum += Math.sin(p * frequency(j)) * Math.sin(q * frequency(j));
        sum += Math.cos(p * frequency(j + 1)) * Math.cos(q * frequency(j + 1));
      }
      return sum;
    };
    const length = 12;
    const { scores } = analyze(sinusoidal({ dim, exponent: "per-dimension" }), { length });
    expectNear(scores.matrix, square(length, product));

    const spread = (distance: number) => {
      const all = Array.from({ length: length - distance }, (_, q) => product(q + distance, q));
      const mean = all.reduce((a, b) => a + b) / all.length;
      return Math.max(...all.map((value) => Math.abs(value - mean)));
    };
    expect(scores.shiftSpread).toBeCloseTo(Math.max(...Array.from({ length }, (_, d) => spread(d))), 5);
    expect(scores.shiftSpread).toBeGreaterThan(0.5);
    expect(scores.shiftInvariant).toBe(false);
  });

  test("rope: 2 Σ cos(ωᵢ · distance) / √dim, alike on both sides; what is not rotated adds the same everywhere", () => {
    const { scores } = analyze(rope({ dim: 12, rotaryDim: 8 }), { length: 16 });
    expectNear(
      scores.matrix,
      square(16, (p, q) => (2 * sumOfCosines(p - q, 8) + 4) / Math.sqrt(12)),
    );
    expect([scores.shiftInvariant, scores.symmetric]).toEqual([true, true]);
  });

  test("alibi: −slope · distance of each head; weights are e to the score", () => {
    const { scores, heads, relation } = analyze(alibi({ heads: 8 }), { length: 24 });
    expect(relation).toBe("weight");
    expect(heads.length).toBe(8);
    heads.forEach(({ byDistance, shiftSpread, symmetric }, head) => {
      const slope = 2 ** -(head + 1);
      expectNear(
        byDistance.means.slice(23),
        Array.from({ length: 24 }, (_, distance) => -slope * distance),
      );
      expectNear(
        byDistance.relative.slice(23),
        Array.from({ length: 24 }, (_, distance) => Math.exp(-slope * distance)),
      );
      expect(shiftSpread).toBeLessThan(1e-9);
      expect(symmetric).toBe(false);
    });
    const { decay } = heads[0]!; // e^(−d / 2) passes a half at d = 1.39
    expect(decay.distances).toEqual([1, 2, 4, 8, 16]);
    expectNear(decay.before, [-0.5, -1, -2, -4, -8].map(Math.exp));
    expect(decay.halfBefore).toBe(2);
    const meanSlope = (1 - 2 ** -8) / 8;
    expectNear(
      scores.byDistance.means.slice(23),
      Array.from({ length: 24 }, (_, distance) => -meanSlope * distance),
    );
    expect(analyze(alibi({ heads: 8, direction: "symmetric" })).scores.symmetric).toBe(true);
  });

  test("forgetting attention, gates of a half: −ln 2 for each key passed", () => {
    const values = { weight: new Float32Array(2 * 4), bias: new Float32Array(2) };
    const { heads, kind } = analyze(forgetting({ heads: 2, dim: 4 }), { length: 9, values });
    expect(kind).toBe("content");
    for (const { byDistance, decay } of heads) {
      expectNear(
        byDistance.means,
        byDistance.distances.map((distance) => -Math.LN2 * distance),
      );
      expectNear(decay.before, [2 ** -1, 2 ** -2, 2 ** -4, 2 ** -8]);
    }
  });

  test("learned: the products of the rows given", () => {
    const table = Float32Array.of(1, 2, 3, 4, 5, 6);
    const { scores, length } = analyze(learned({ dim: 2, maxLength: 3 }), { values: { table } });
    expect(length).toBe(3);
    expect(scores.matrix).toEqual([5, 11, 17, 11, 25, 39, 17, 39, 61]);
    expect(scores.byDistance.means).toEqual([17, 25, 91 / 3, 25, 17]);
    expect(scores.shiftSpread).toBeCloseTo(61 - 91 / 3, 12);
  });

  test("the same seed, the same first parameters", () => {
    const encoder = learned({ dim: 4, maxLength: 6 });
    expect(analyze(encoder, { seed: 3 })).toEqual(analyze(encoder, { seed: 3 }));
    expect(analyze(encoder, { seed: 3 })).not.toEqual(analyze(encoder, { seed: 4 }));
  });

  test("nothing to set a score against", () => {
    const { scores } = analyze(none(), { length: 4 });
    expect(scores.byDistance.relative).toEqual(new Array(7).fill(null));
    expect(scores.decay).toMatchObject({ before: [null, null], halfBefore: null });
    expect(analyze(none(), { length: 1 }).scores.decay.distances).toEqual([]);
  });

  test("several axes: along the first, the others at 0", () => {
    const { scores } = analyze(sinusoidalNd({ dim: 16, axes: 2 }), { length: 10 });
    expectNear(
      scores.matrix,
      square(10, (p, q) => sumOfCosines(p - q, 8) + 4),
    );
  });
});

describe("wavelengths", () => {
  test("rope: 2π · base^(2i / dim); how many turn within the trained length", () => {
    const { wavelengths } = analyze(rope({ dim: 64 }), { length: 2, trainedLength: 4096 });
    const want = Array.from({ length: 32 }, (_, i) => 2 * Math.PI * 10_000 ** (i / 32));
    wavelengths!.values.forEach((value, i) => {
      expect(value! / want[i]!).toBeCloseTo(1, 12);
    });
    expect(wavelengths!.trainedLength).toBe(4096);
    expect(wavelengths!.complete).toBe(23); // 10000^(22/32) < 4096 / 2π < 10000^(23/32)
  });

  test("no trained length, no count; no frequencies, no wavelengths", () => {
    expect(analyze(sinusoidal({ dim: 8 })).wavelengths).toMatchObject({
      trainedLength: null,
      complete: null,
    });
    expect(analyze(sinusoidal({ dim: 8, exponent: "per-dimension" })).wavelengths!.values.length).toBe(8);
    for (const encoder of [alibi({ heads: 2 }), learned({ dim: 2, maxLength: 4 })]) {
      expect(analyze(encoder)).toMatchObject({ wavelengths: null, aliasing: null });
    }
  });
});

describe("the first position that repeats", () => {
  const clipped = (most: number): BiasEncoder =>
    bias({
      name: "clipped",
      options: {},
      heads: 1,
      parameters: {},
      scores: (ops, q, k) =>
        ops.expandDims(ops.minimum(distances(ops, relativePositions(ops, q, k)), most), -3),
    });

  test("none in exact tables up to 2^24; 2^24 in float32 products", () => {
    for (const encoder of [sinusoidal({ dim: 32 }), rope({ dim: 32 })]) {
      const { firstRepeat, aliasing } = analyze(encoder);
      expect(firstRepeat).toEqual({ position: null, everyBelow: 127, upTo: 2 ** 24 });
      expect(aliasing).toEqual({ float32: 2 ** 24, bfloat16: 256 });
    }
    expect(analyze(learnedRope({ dim: 8 })).firstRepeat.position).toBe(2 ** 24);
  });

  test("looked at one by one, then by doubling and bisection", () => {
    expect(analyze(none()).firstRepeat).toEqual({ position: 0, everyBelow: 127, upTo: 127 });
    expect(analyze(clipped(100)).firstRepeat).toEqual({ position: 100, everyBelow: 127, upTo: 127 });
    expect(analyze(clipped(300)).firstRepeat).toEqual({ position: 300, everyBelow: 127, upTo: 512 });
    expect(analyze(clipped(128)).firstRepeat.position).toBe(128);
    expect(analyze(clipped(9), { length: 1 }).firstRepeat).toEqual({ position: 9, everyBelow: 0, upTo: 16 });
  });

  test("t5: distances 8 and 9 share the first wide bucket", () => {
    expect(analyze(t5({ heads: 2 })).firstRepeat.position).toBe(8);
  });

  test("ends where the positions end", () => {
    expect(analyze(learned({ dim: 4, maxLength: 512 }), { length: 32 }).firstRepeat).toEqual({
      position: null,
      everyBelow: 31,
      upTo: 256,
    });
  });

  test("cope: counts stop at maxPosition − 1", () => {
    const { firstRepeat } = analyze(cope({ heads: 1, dim: 4, maxPosition: 6 }), { length: 16 });
    expect(firstRepeat.everyBelow).toBe(15);
    expect(firstRepeat.position).toBeLessThan(15);
  });
});

test("plain data: the same after JSON", () => {
  for (const encoder of [sinusoidal({ dim: 4 }), alibi({ heads: 2 }), learned({ dim: 2, maxLength: 3 })]) {
    const analysis = analyze(encoder, { length: 8, trainedLength: 8 });
    expect(JSON.parse(JSON.stringify(analysis))).toEqual(analysis);
  }
});

test.each<[unknown, Error]>([
  [
    { size: 3 },
    new TypeError('analyze: unknown option "size"; known are length, trainedLength, values, seed'),
  ],
  [{ length: 0 }, new RangeError("analyze: length must be at least 1, got 0")],
  [{ length: 5000 }, new RangeError("analyze: length must be at most 4096, got 5000")],
  [{ trainedLength: 1.5 }, new RangeError("analyze: trainedLength must be a whole number, got 1.5")],
  [{ seed: -1 }, new RangeError("initialise: seed must be at least 0, got -1")],
  [{ values: [] }, new TypeError("analyze: values must be an object, got []")],
  [{ values: { rows: 1 } }, new TypeError('analyze: values: unknown option "rows"; known are table')],
  [{ values: {} }, new TypeError("analyze: values.table must be a Float32Array of 6, got undefined")],
])("bad options %#", (options, error) => {
  expect(() => analyze(learned({ dim: 2, maxLength: 3 }), options as AnalyzeOptions)).toThrow(error);
});

test("not an encoder; too many heads at that length", () => {
  expect(() => analyze({ kind: "odd" } as unknown as Encoder)).toThrow(/^analyze: encoder.kind must be/);
  expect(() => analyze(alibi({ heads: 8192 }), { length: 128 })).toThrow(
    new RangeError("analyze: length must be at most 90 for 8192 heads, got 128"),
  );
});
