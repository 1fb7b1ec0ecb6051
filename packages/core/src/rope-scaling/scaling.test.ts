import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RopeOptions, rope } from "../encoders/rope.ts";
import { fromJSON, toJSON } from "../json.ts";
import { type RopeFrequencyOptions, ropeFrequencies } from "../rope-frequencies.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array } from "../typed-arrays/nd-array.ts";
import { dynamicScaling } from "./dynamic.ts";
import { linearScaling } from "./linear.ts";
import { llama3Scaling } from "./llama3.ts";
import { longropeScaling } from "./longrope.ts";
import { ntkScaling } from "./ntk.ts";
import { proportionalScaling } from "./proportional.ts";
import { type RopeScaling, type RopeScalingData, ropeScaling } from "./rope-scaling.ts";
import { yarnScaling, yarnSoftmaxFactor } from "./yarn.ts";

const highs = (options: RopeFrequencyOptions) => [...ropeFrequencies(options).frequencies.high];

describe("by hand, head of 4, base 10000: frequencies 1 and 0.01", () => {
  const at = (scaling: RopeScaling) => ropeFrequencies({ dim: 4, scaling });

  test("none", () => {
    expect(highs({ dim: 4 })).toEqual([1, 0.01]);
    expect(ropeFrequencies({ dim: 4 }).attentionFactor).toBe(1);
  });

  test("linear: both divided by the factor", () => {
    expect([...at(linearScaling({ factor: 4 })).frequencies.high]).toEqual([0.25, 0.0025]);
  });

  test("ntk: the highest stays, the lowest is divided by the factor", () => {
    expect([...at(ntkScaling({ factor: 4 })).frequencies.high]).toEqual([1, 0.0025]);
  });

  test("dynamic: nothing up to the trained length; beyond it, the lowest divided by 2·40/20 − 1", () => {
    const dynamic = { factor: 2, maxPositionEmbeddings: 20 };
    expect([...at(dynamicScaling(dynamic)).frequencies.high]).toEqual([1, 0.01]);
    expect([...at(dynamicScaling({ ...dynamic, length: 20 })).frequencies.high]).toEqual([1, 0.01]);
    expect([...at(dynamicScaling({ ...dynamic, length: 40 })).frequencies.high]).toEqual([1, 0.01 / 3]);
  });

  test("longrope: a divisor for each, by the length; √(1 + ln 16 / ln 4) = √3", () => {
    const lengths = { originalMaxPositionEmbeddings: 4, maxPositionEmbeddings: 64 };
    const factors = { shortFactor: [1, 2], longFactor: [2, 5], ...lengths };
    const longrope = (more: object) => at(longropeScaling({ ...factors, ...more }));
    expect([...longrope({}).frequencies.high]).toEqual([1, 0.005]);
    expect([...longrope({ length: 4 }).frequencies.high]).toEqual([1, 0.005]);
    expect([...longrope({ length: 5 }).frequencies.high]).toEqual([0.5, 0.002]);
    expect(longrope({}).attentionFactor).toBeCloseTo(Math.sqrt(3), 15);
    expect(longrope({ factor: 1 }).attentionFactor).toBe(1);
    expect(longrope({ attentionFactor: 1.5 }).attentionFactor).toBe(1.5);
  });

  test("llama3: 1 turns often enough to stay, 0.01 too seldom", () => {
    const turns = { lowFreqFactor: 1, highFreqFactor: 4 };
    const llama3 = llama3Scaling({ factor: 8, ...turns, originalMaxPositionEmbeddings: 100 });
    expect([...at(llama3).frequencies.high]).toEqual([1, 0.00125]);
  });

  test("proportional: half of the pairs, the others stand still", () => {
    const proportional = proportionalScaling({ partialRotaryFactor: 0.5, factor: 2 });
    expect([...at(proportional).frequencies.high]).toEqual([0.5, 0]);
  });

  test("yarn: beyond the ramp it is interpolation; 0.1·ln 10 + 1", () => {
    const yarn = (more: object) =>
      at(yarnScaling({ factor: 10, originalMaxPositionEmbeddings: 256, ...more }));
    const { frequencies, attentionFactor } = yarn({});
    // turns: 256/2π = 40.7 and 0.41: the ramp goes from pair floor(0.05) = 0 to pair ceil(0.80) = 1
    expect([...frequencies.high]).toEqual([1, 0.001]);
    expect(attentionFactor).toBeCloseTo(0.1 * Math.log(10) + 1, 15);
    expect(yarn({ mscale: 2, mscaleAllDim: 2 }).attentionFactor).toBe(1);
    expect(yarn({ mscale: 2 }).attentionFactor).toBe(attentionFactor);
    expect(yarn({ factor: 1 }).attentionFactor).toBe(1);
  });
});

test("llama3 with one number of turns for both: nothing lies between, as in Llama 4 Scout", () => {
  const scaling = llama3Scaling({
    factor: 8,
    lowFreqFactor: 1,
    highFreqFactor: 1,
    originalMaxPositionEmbeddings: 64,
  });
  // turns over 64 positions: 10.2, 1.02, 0.102
  const { high } = ropeFrequencies({ dim: 6, base: 1000, scaling }).frequencies;
  [1, 0.1, 0.01 / 8].forEach((want, i) => {
    expect(high[i]).toBeCloseTo(want, 15);
  });
});

test("yarn with a ramp that ends within the pairs, or in one point (numbers of keras-hub's formula)", () => {
  const ramp = { truncate: false, rampWithin: "pairs" } as const;
  const at = (base: number, originalMaxPositionEmbeddings: number) =>
    highs({ dim: 8, base, scaling: yarnScaling({ factor: 2, originalMaxPositionEmbeddings, ...ramp }) });
  const near = (got: readonly number[], want: readonly number[]) =>
    want.forEach((value, i) => {
      expect(got[i]).toBeCloseTo(value, 14);
    });
  near(at(500, 10 ** 6), [1, 0.21147425268811282, 0.044721359549995794, 0.009457416090031758]);
  near(at(10_000, 64), [1, 0.050396830594616145, 0.005, 0.0005]);
});

test("the attention factor multiplies cosines and sines, before they are rounded", () => {
  const scaling = yarnScaling({ factor: 4, originalMaxPositionEmbeddings: 64, attentionFactor: 1.7 });
  const { sin, cos } = rope({ dim: 2, scaling }).turns(typedArrays, array(Int32Array.of(0, 3)), {});
  expect([...cos.data]).toEqual([1.7, 1.7 * Math.cos(3)].map(Math.fround));
  expect([...sin.data]).toEqual([0, 1.7 * Math.sin(3)].map(Math.fround));
});

test("the softmax factor of DeepSeek-V2", () => {
  expect(yarnSoftmaxFactor({ factor: 40, mscaleAllDim: 0.75 })).toBeCloseTo(
    (0.075 * Math.log(40) + 1) ** 2,
    14,
  );
  expect(yarnSoftmaxFactor({ factor: 40 })).toBe(1);
  expect(yarnSoftmaxFactor({ factor: 0.5, mscaleAllDim: 1 })).toBe(1);
});

test("cacheSafe: not where frequencies depend on the length", () => {
  const dynamic = dynamicScaling({ factor: 2, maxPositionEmbeddings: 20 });
  expect(rope({ dim: 4 }).cacheSafe).toBe(true);
  expect(rope({ dim: 4, scaling: linearScaling({ factor: 2 }) }).cacheSafe).toBe(true);
  expect(rope({ dim: 4, scaling: dynamic }).cacheSafe).toBe(false);
});

const yarn = { type: "yarn", factor: 4, originalMaxPositionEmbeddings: 4096 };
const longrope = {
  type: "longrope",
  shortFactor: [1, 1],
  longFactor: [1, 2],
  originalMaxPositionEmbeddings: 4096,
};
const llama3 = {
  type: "llama3",
  factor: 8,
  lowFreqFactor: 1,
  highFreqFactor: 4,
  originalMaxPositionEmbeddings: 8,
};

const TYPES =
  '"linear" or "dynamic" or "ntk" or "ntk-by-parts" or "yarn" or "longrope" or "llama3" or "proportional"';
describe("bad scaling", () => {
  test.each<[unknown, Error]>([
    [{ type: "su", factor: 2 }, new RangeError(`rope: scaling.type must be ${TYPES}, got "su"`)],
    [
      { type: "linear", scale: 2 },
      new TypeError('rope: scaling: unknown option "scale"; known are type, factor'),
    ],
    [{ type: "linear" }, new TypeError("rope: scaling.factor must be a number, got undefined")],
    [{ type: "linear", factor: 0 }, new RangeError("rope: scaling.factor must be greater than 0, got 0")],
    [
      { type: "dynamic", factor: 2 },
      new TypeError("rope: scaling.maxPositionEmbeddings must be a number, got undefined"),
    ],
    [
      { type: "dynamic", factor: 2, maxPositionEmbeddings: 8, length: 2.5 },
      new RangeError("rope: scaling.length must be a whole number, got 2.5"),
    ],
    [
      { ...yarn, betaFast: 1, betaSlow: 2 },
      new RangeError("rope: scaling.betaFast must be at least scaling.betaSlow 2, got 1"),
    ],
    [
      { ...yarn, rampWithin: "heads" },
      new RangeError('rope: scaling.rampWithin must be "dimensions" or "pairs", got "heads"'),
    ],
    [{ ...yarn, truncate: 1 }, new TypeError("rope: scaling.truncate must be true or false, got 1")],
    [{ ...yarn, mscale: -1 }, new RangeError("rope: scaling.mscale must be from 0 to 1000000, got -1")],
    [
      { ...longrope, factor: 2, shortFactor: [1] },
      new RangeError("rope: scaling.shortFactor must be an array of 2 numbers, got [1]"),
    ],
    [
      { ...longrope, factor: 2, longFactor: [1, 0] },
      new RangeError("rope: scaling.longFactor[1] must be greater than 0, got 0"),
    ],
    [
      longrope,
      new TypeError(
        'rope: scaling must have maxPositionEmbeddings, factor or attentionFactor, got ["type", "shortFactor", "longFactor", "originalMaxPositionEmbeddings"]',
      ),
    ],
    [
      { ...llama3, highFreqFactor: 0.5 },
      new RangeError("rope: scaling.highFreqFactor must be at least scaling.lowFreqFactor 1, got 0.5"),
    ],
    [
      { type: "proportional", partialRotaryFactor: 1.5 },
      new RangeError("rope: scaling.partialRotaryFactor must be from 0 to 1, got 1.5"),
    ],
  ])("%j", (scaling, error) => {
    expect(() => fromJSON({ name: "rope", options: { dim: 4, scaling } })).toThrow(error);
  });

  test("a head or a base for which the formula has no value", () => {
    expect(() => rope({ dim: 2, scaling: ntkScaling({ factor: 2 }) })).toThrow(
      new RangeError('rope: rotaryDim must be at least 4 where scaling.type is "ntk", got 2'),
    );
    expect(() => rope({ dim: 4, base: 1, scaling: ropeScaling(yarn as RopeScalingData) })).toThrow(
      new RangeError('rope: base must be greater than 1 where scaling.type is "yarn", got 1'),
    );
    expect(() => ropeFrequencies({ dim: 4, pairing: "halves" } as RopeFrequencyOptions)).toThrow(
      new TypeError('ropeFrequencies: unknown option "pairing"; known are dim, rotaryDim, base, scaling'),
    );
  });
});

const number = fc.oneof(
  fc.double({ min: 1e-3, max: 1e4, noNaN: true }),
  fc.constantFrom(0, -1, 1, 1e-30, 1e30, 1e300, Number.NaN, Number.POSITIVE_INFINITY),
);
const length = fc.oneof(fc.integer({ min: 1, max: 1 << 20 }), fc.constantFrom(0, -3, 1, 2, 2.5, 2 ** 31 - 1));
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const list = fc.array(number, { minLength: 1, maxLength: 4 });
const anyScaling = fc.record({
  type: fc.constantFrom(
    "linear",
    "dynamic",
    "ntk",
    "ntk-by-parts",
    "yarn",
    "longrope",
    "llama3",
    "proportional",
  ),
  factor: optional(number),
  maxPositionEmbeddings: optional(length),
  originalMaxPositionEmbeddings: optional(length),
  length: optional(length),
  attentionFactor: optional(number),
  betaFast: optional(number),
  betaSlow: optional(number),
  beta0: optional(number),
  gamma1: optional(number),
  mscale: optional(number),
  mscaleAllDim: optional(number),
  truncate: optional(fc.boolean()),
  lowFreqFactor: optional(number),
  highFreqFactor: optional(number),
  shortFactor: optional(list),
  longFactor: optional(list),
  partialRotaryFactor: optional(number),
});
const namesOf: Record<string, readonly string[]> = {
  linear: ["factor"],
  ntk: ["factor"],
  dynamic: ["factor", "maxPositionEmbeddings", "length"],
  "ntk-by-parts": ["factor", "originalMaxPositionEmbeddings", "beta0", "gamma1", "truncate"],
  yarn: [
    "factor",
    "originalMaxPositionEmbeddings",
    "betaFast",
    "betaSlow",
    "mscale",
    "mscaleAllDim",
    "attentionFactor",
    "truncate",
  ],
  longrope: [
    "shortFactor",
    "longFactor",
    "originalMaxPositionEmbeddings",
    "maxPositionEmbeddings",
    "factor",
    "attentionFactor",
    "length",
  ],
  llama3: ["factor", "lowFreqFactor", "highFreqFactor", "originalMaxPositionEmbeddings"],
  proportional: ["partialRotaryFactor", "factor"],
};

test("random options: a clear error, or finite tables and an encoder that survives JSON", () => {
  let made = 0;
  fc.assert(
    fc.property(anyScaling, fc.integer({ min: 1, max: 4 }), number, (all, pairs, base) => {
      const known = Object.entries(all).filter(
        ([name, value]) => value !== undefined && ["type", ...namesOf[all.type]!].includes(name),
      );
      const options = { dim: 2 * pairs, base, scaling: Object.fromEntries(known) } as unknown as RopeOptions;
      try {
        const encoder = fromJSON({ name: "rope", options }) as ReturnType<typeof rope>;
        const { sin, cos } = encoder.turns(typedArrays, array(Int32Array.of(0, 1, 4097, 2 ** 24)), {});
        expect([sin, cos].every(({ data }) => data.length === 4 * pairs && data.every(Number.isFinite))).toBe(
          true,
        );
        expect(fromJSON(JSON.parse(JSON.stringify(toJSON(encoder)))).options).toEqual(encoder.options);
        made++;
      } catch (error) {
        if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
        expect(error.message).toMatch(/^rope: .* must /);
      }
    }),
    { numRuns: 5000, seed: 7 },
  );
  expect(made).toBeGreaterThan(200);
});
