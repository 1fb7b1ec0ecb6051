// Options that every encoder takes, at random.
import fc from "fast-check";
import type { AlibiOptions } from "./encoders/alibi.ts";
import type { AxialRopeOptions } from "./encoders/axial-rope.ts";
import type { FireOptions } from "./encoders/fire.ts";
import type { GaussianFourierOptions } from "./encoders/gaussian-fourier.ts";
import type { LearnedOptions } from "./encoders/learned.ts";
import type { LearnedRopeOptions } from "./encoders/learned-rope.ts";
import type { MixedRopeOptions } from "./encoders/mixed-rope.ts";
import type { MropeOptions } from "./encoders/mrope.ts";
import type { NerfOptions } from "./encoders/nerf.ts";
import type { RopeOptions } from "./encoders/rope.ts";
import type { SinusoidalOptions } from "./encoders/sinusoidal.ts";
import type { SinusoidalNdOptions } from "./encoders/sinusoidal-nd.ts";
import type { T5Options } from "./encoders/t5.ts";
import type { XposOptions } from "./encoders/xpos.ts";
import type { encoders } from "./json.ts";

export type Makers = {
  [Name in keyof typeof encoders]: fc.Arbitrary<Parameters<(typeof encoders)[Name]>[0]>;
};

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

export const makers: Makers = {
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
