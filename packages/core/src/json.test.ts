import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Encoder, rotary } from "./encoder.ts";
import type { AlibiOptions } from "./encoders/alibi.ts";
import type { AxialRopeOptions } from "./encoders/axial-rope.ts";
import type { FireOptions } from "./encoders/fire.ts";
import type { GaussianFourierOptions } from "./encoders/gaussian-fourier.ts";
import type { LearnedOptions } from "./encoders/learned.ts";
import type { LearnedRopeOptions } from "./encoders/learned-rope.ts";
import type { MixedRopeOptions } from "./encoders/mixed-rope.ts";
import type { MropeOptions } from "./encoders/mrope.ts";
import type { NerfOptions } from "./encoders/nerf.ts";
import { type RopeOptions, rope } from "./encoders/rope.ts";
import type { SinusoidalOptions } from "./encoders/sinusoidal.ts";
import type { SinusoidalNdOptions } from "./encoders/sinusoidal-nd.ts";
import type { T5Options } from "./encoders/t5.ts";
import type { XposOptions } from "./encoders/xpos.ts";
import { encoders, fromJSON, toJSON } from "./json.ts";
import { initialise, sizeOf } from "./parameters.ts";
import { range } from "./range.ts";
import { typedArrays } from "./typed-arrays/index.ts";
import { array, type NdArray } from "./typed-arrays/nd-array.ts";

type Makers = { [Name in keyof typeof encoders]: fc.Arbitrary<Parameters<(typeof encoders)[Name]>[0]> };

const known = Object.keys(encoders).join(", ");
const optional = { requiredKeys: [] };
const size = fc.integer({ min: 1, max: 12 });
const base = fc.double({ min: 1, max: 1e7, noNaN: true });
const offset = fc.nat(10_000);
const slope = fc.double({ min: 0, max: 2, noNaN: true });
const positive = fc.double({ min: 0.01, max: 10, noNaN: true });

const sinusoidalOptions: fc.Arbitrary<SinusoidalOptions> = fc
  .tuple(
    size,
    fc.record(
      {
        base,
        offset,
        layout: fc.constantFrom("interleaved", "concatenated"),
        first: fc.constantFrom("sin", "cos"),
        exponent: fc.constantFrom("paper", "tensor2tensor", "per-dimension"),
        scale: fc.oneof(
          fc.double({ min: -3, max: 3, noNaN: true }).map((scale) => scale + 0), // JSON has no -0
          fc.constant("learned"),
          fc.record({ learned: fc.integer({ min: 1, max: 9 }) }),
        ),
        minTimescale: fc.double({ min: 0.01, max: 100, noNaN: true }),
        positions: fc.constantFrom("index", "real"),
      },
      optional,
    ),
    fc.constantFrom("sine", "zero"),
  )
  .map(([dim, rest, oddDim]) => ({ ...rest, dim: dim === 1 ? 2 : dim, oddDim }) as SinusoidalOptions);

const axes = fc.integer({ min: 1, max: 3 });

const spaceOptions: fc.Arbitrary<SinusoidalNdOptions> = fc
  .tuple(
    axes,
    size,
    fc.record(
      {
        base,
        offset,
        layout: fc.constantFrom("interleaved", "concatenated", "grouped"),
        exponent: fc.constantFrom("paper", "tensor2tensor"),
        positions: fc.constantFrom("index", "real"),
      },
      optional,
    ),
    fc.constantFrom("truncate", "zero"),
    fc.option(size, { nil: undefined }),
  )
  .map(([axes, dim, rest, remainder, length]) => {
    const normalise = length && { normalise: { sizes: new Array(axes).fill(length), scale: 1 } };
    return { ...rest, axes, dim: dim + 6, remainder, ...normalise } as SinusoidalNdOptions;
  });

const nerfOptions: fc.Arbitrary<NerfOptions> = fc
  .tuple(
    axes,
    size,
    fc.record(
      {
        minLog2: fc.integer({ min: -3, max: 3 }),
        sampling: fc.constantFrom("logarithmic", "linear"),
        layout: fc.constantFrom("interleaved", "concatenated"),
        pi: fc.boolean(),
        includeInput: fc.boolean(),
      },
      optional,
    ),
  )
  .map(([axes, bands, rest]) => ({ ...rest, axes, bands }) as NerfOptions);

const gaussianOptions = fc.record(
  {
    axes,
    features: size,
    scale: fc.double({ min: 0.01, max: 10, noNaN: true }),
    seed: fc.nat(100),
  },
  { requiredKeys: ["axes", "features"] },
) as fc.Arbitrary<GaussianFourierOptions>;

const ropeOptions: fc.Arbitrary<RopeOptions> = fc
  .tuple(size, size, fc.record({ base, offset, pairing: fc.constantFrom("halves", "interleaved") }, optional))
  .map(
    ([a, b, rest]) => ({ ...rest, dim: 2 * Math.max(a, b), rotaryDim: 2 * Math.min(a, b) }) as RopeOptions,
  );

const pairing = fc.constantFrom("halves", "interleaved");
const axialOptions = fc
  .tuple(
    axes,
    size,
    fc.record({ positions: fc.constantFrom("index", "real"), scale: slope, pairing }, optional),
    fc.oneof(
      fc.record({ frequencies: fc.constantFrom("per-axis", "dealt"), base }, optional),
      fc.record({
        frequencies: fc.constantFrom("linear", "octaves"),
        maxFrequency: fc.integer({ min: 1, max: 999 }),
      }),
    ),
  )
  .map(([axes, pairs, rest, series]) => ({ ...rest, ...series, axes, dim: 2 * axes * pairs }));

const mropeOptions = fc
  .tuple(
    fc.array(size, { minLength: 3, maxLength: 3 }),
    fc.record({ base, pairing, layout: fc.constantFrom("sectioned", "interleaved") }, optional),
  )
  .map(([sections, rest]) => ({ ...rest, sections, dim: 2 * sections.reduce((a, b) => a + b) }));

const xposOptions = fc.record(
  {
    dim: size.map((n) => 2 * n),
    base,
    pairing,
    scaleBase: fc.integer({ min: 1, max: 1000 }),
    gamma: positive,
    length: fc.integer({ min: 1, max: 20 }),
  },
  { requiredKeys: ["dim"] },
);

const alibiOptions = size.chain((heads): fc.Arbitrary<AlibiOptions> => {
  const slopes = fc.array(slope, { minLength: heads, maxLength: heads });
  return fc.oneof(
    fc.record({ left: slopes, right: slopes }).map((sides) => ({ heads, slopes: sides })),
    fc.constantFrom("causal", "symmetric", "split").map((direction) => ({
      heads,
      direction: direction as "causal",
      learned: true,
    })),
    fc.record(
      { heads: fc.constant(heads), direction: fc.constantFrom("causal", "symmetric", "split"), slopes },
      { requiredKeys: ["heads"] },
    ) as fc.Arbitrary<AlibiOptions>,
  );
});

const sides = fc.constantFrom("symmetric", "causal");
const bucketOptions = fc.record(
  {
    heads: size,
    numBuckets: fc.integer({ min: 4, max: 40 }),
    maxDistance: fc.integer({ min: 21, max: 300 }),
    direction: fc.constantFrom("bidirectional", "causal"),
    scale: positive,
  },
  { requiredKeys: ["heads"] },
);

const makers: Makers = {
  none: fc.constant({}),
  sinusoidal: sinusoidalOptions,
  sinusoidalNd: spaceOptions,
  nerf: nerfOptions,
  gaussianFourier: gaussianOptions,
  learned: fc.record({ dim: size, maxLength: size }) as fc.Arbitrary<LearnedOptions>,
  rope: ropeOptions,
  axialRope: axialOptions as fc.Arbitrary<AxialRopeOptions>,
  mrope: mropeOptions as fc.Arbitrary<MropeOptions>,
  mixedRope: fc.record({ dim: size.map((n) => 4 * n), heads: size }) as fc.Arbitrary<MixedRopeOptions>,
  learnedRope: fc.record({ dim: size.map((n) => 2 * n) }) as fc.Arbitrary<LearnedRopeOptions>,
  xpos: xposOptions as fc.Arbitrary<XposOptions>,
  alibi: alibiOptions,
  t5: bucketOptions as fc.Arbitrary<T5Options>,
  debertaBias: fc.record({ heads: size, positionBuckets: size.map((n) => 2 * n) }),
  kerple: fc.record({ heads: size, kernel: fc.constantFrom("logarithmic", "power"), direction: sides }),
  fire: fc.record(
    { heads: size, width: size, threshold: fc.integer({ min: 1, max: 1000 }), rate: positive },
    { requiredKeys: ["heads"] },
  ) as fc.Arbitrary<FireOptions>,
  sandwich: fc.record({ heads: size, dim: size.map((n) => 2 * n), base }),
  dynamicPositionBias: fc.record({
    heads: size,
    width: size,
    depth: fc.integer({ min: 1, max: 3 }),
    logDistance: fc.boolean(),
    norm: fc.boolean(),
  }),
  cope: fc.record({ heads: size, dim: size, maxPosition: size }),
  forgetting: fc.record({ heads: size, dim: size }),
  swin: fc.record({ heads: size, window: fc.tuple(size, size) }),
  swin2: fc.record({ heads: size, window: fc.tuple(size, size), hidden: size }),
  deberta: fc.record({ heads: size, dim: size, maxRelativePositions: size.map((most) => most + 8) }),
  transformerXl: fc.record({ heads: size, dim: size.map((dim) => 2 * dim) }),
};

function firstValues({ parameters }: Encoder): Record<string, NdArray> {
  const values = initialise(parameters, 1);
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => [name, array(values[name]!, shape)]),
  );
}

/** The first few positions that the encoder takes, on every axis that it has. */
function placesOf({ positions = {} }: Encoder): NdArray {
  const { axes, below = 3, sizes = [] } = positions;
  const length = Math.min(3, below, ...sizes);
  if (axes === undefined) return range(length);
  const data = Int32Array.from({ length: length * axes }, (_, i) => Math.floor(i / axes));
  return array(data, [length, axes]);
}

/** What the encoder knows of these positions. */
const knowledge: { [K in Encoder["kind"]]: (encoder: Extract<Encoder, { kind: K }>) => NdArray[] } = {
  additive: (encoder) => [encoder.vectors(typedArrays, placesOf(encoder), firstValues(encoder))],
  rotary: (encoder) => Object.values(encoder.turns(typedArrays, placesOf(encoder), firstValues(encoder))),
  bias(encoder) {
    const places = placesOf(encoder);
    return [encoder.scores(typedArrays, places, places, firstValues(encoder))];
  },
  content(encoder) {
    const { heads, dim } = encoder;
    const places = placesOf(encoder);
    const length = places.shape[0]!;
    const filled = (...shape: number[]) => array(new Float32Array(sizeOf(shape)).fill(0.5), shape);
    const attention = {
      q: filled(1, heads, length, dim),
      k: filled(1, heads, length, dim),
      products: filled(1, heads, length, length),
    };
    return [encoder.scores(typedArrays, attention, places, places, firstValues(encoder))];
  },
};
const know = (encoder: Encoder): NdArray[] =>
  (knowledge[encoder.kind] as (encoder: Encoder) => NdArray[])(encoder);

describe.each(Object.keys(makers) as (keyof Makers)[])("%s", (name) => {
  const make = encoders[name] as (options: unknown) => Encoder;

  test("through JSON text and back it is the same encoder", () => {
    fc.assert(
      fc.property(makers[name] as fc.Arbitrary<unknown>, (options) => {
        const encoder = make(options);
        const json = JSON.parse(JSON.stringify(toJSON(encoder)));
        const again = fromJSON(json);
        expect(toJSON(again)).toEqual(toJSON(encoder));
        expect(again.parameters).toEqual(encoder.parameters);
        expect(know(again)).toEqual(know(encoder));
      }),
    );
  });

  test("any option object gives finite tables, or a TypeError or RangeError of ours", () => {
    const known = Object.keys(make(fc.sample(makers[name] as fc.Arbitrary<object>, 1)[0]).options);
    const junk = fc.oneof(
      fc.anything(),
      fc.double(),
      fc.integer({ min: -3, max: 70 }),
      fc.constantFrom("real", "interleaved", "split", "zero", "8", Number.MAX_VALUE, 5e-324, 1e308, -0),
      fc.array(fc.double(), { maxLength: 3 }),
    );
    const names = fc.constantFrom(...known, "dim", "heads", "slopes", "maxLength");
    const mutated = fc
      .tuple(makers[name] as fc.Arbitrary<object>, fc.dictionary(names, junk, { maxKeys: 3 }))
      .map(([options, changes]) => ({ ...options, ...changes }));
    fc.assert(
      fc.property(fc.oneof(mutated, fc.dictionary(names, junk), fc.anything()), (options) => {
        let encoder: Encoder;
        try {
          encoder = make(options);
        } catch (error) {
          expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
          expect((error as Error).message).toMatch(new RegExp(`^${name}: `));
          return;
        }
        // a parameter table is allocated by its user
        const sizes = Object.values(encoder.parameters).map(({ shape }) => shape.reduce((a, b) => a * b, 1));
        if (sizes.some((size) => size > 1e6)) return;
        for (const { data } of know(encoder)) expect(data.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the registry", () => {
  const spiral = ({ dim }: { readonly dim: number }) =>
    rotary({ ...rope({ dim }), name: "spiral", options: { dim } });

  test("is extended by encoders of one's own", () => {
    const json = toJSON(spiral({ dim: 4 }));
    expect(json).toEqual({ name: "spiral", options: { dim: 4 } });
    expect(fromJSON(json, { ...encoders, spiral }).name).toBe("spiral");
    expect(() => fromJSON(json)).toThrow(
      new RangeError(`fromJSON: name must be one of ${known}, got "spiral"`),
    );
  });

  test("options are copies", () => {
    const slopes = [0.5];
    const encoder = encoders.alibi({ heads: 1, slopes });
    const json = toJSON(encoder);
    (json.options.slopes as number[])[0] = 7;
    expect(toJSON(encoder).options.slopes).toEqual([0.5]);
  });
});

test.each<[unknown, Error]>([
  [null, new TypeError("fromJSON: json must be an object, got null")],
  ["rope", new TypeError('fromJSON: json must be an object, got "rope"')],
  [[], new TypeError("fromJSON: json must be an object, got []")],
  [{}, new TypeError("fromJSON: name must be a string, got undefined")],
  [{ name: 3, options: {} }, new TypeError("fromJSON: name must be a string, got 3")],
  [{ name: "rope" }, new TypeError("fromJSON: options must be an object, got undefined")],
  [{ name: "rope", options: [] }, new TypeError("fromJSON: options must be an object, got []")],
  [
    { name: "rope", options: { dim: 8 }, version: 1 },
    new TypeError('fromJSON: unknown option "version"; known are name, options'),
  ],
  [{ name: "rope", options: { dim: "8" } }, new TypeError('rope: dim must be a number, got "8"')],
  [
    { name: "rope", options: { dim: 8, scaling: null } },
    new TypeError(
      "rope: scaling must be made by linearScaling, yarnScaling …, or from plain data by ropeScaling, got null",
    ),
  ],
  [
    { name: "mrope", options: { dim: 8, sections: [4], scaling: { type: "linear", factor: 0 } } },
    new RangeError("mrope: scaling.factor must be greater than 0, got 0"),
  ],
  [{ name: "rope", options: { dim: 7 } }, new RangeError("rope: dim must be even, got 7")],
  [
    { name: "toString", options: {} },
    new RangeError(`fromJSON: name must be one of ${known}, got "toString"`),
  ],
])("bad JSON %j", (json, error) => {
  expect(() => fromJSON(json)).toThrow(error);
});
