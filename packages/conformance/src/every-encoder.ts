import {
  type AlibiOptions,
  type AxialRopeOptions,
  alibi,
  axialRope,
  cope,
  type DynamicPositionBiasOptions,
  deberta,
  debertaBias,
  dynamicPositionBias,
  dynamicScaling,
  type Encoder,
  fire,
  forgetting,
  gaussianFourier,
  type KerpleOptions,
  kerple,
  learned,
  learnedRope,
  linearScaling,
  llama3Scaling,
  longropeScaling,
  type MropeOptions,
  mixedRope,
  mrope,
  type NerfOptions,
  nerf,
  none,
  ntkByPartsScaling,
  ntkScaling,
  proportionalScaling,
  type RopeOptions,
  rope,
  type SinusoidalNdOptions,
  type SinusoidalOptions,
  sandwich,
  sinusoidal,
  sinusoidalNd,
  swin,
  swin2,
  type T5Options,
  t5,
  transformerXl,
  type XposOptions,
  xpos,
  yarnScaling,
} from "@posenc/core";

const sinusoids: SinusoidalOptions[] = [
  { dim: 8 },
  { dim: 2 },
  { dim: 8, base: 500 },
  { dim: 8, layout: "concatenated" },
  { dim: 8, first: "cos" },
  { dim: 8, layout: "concatenated", first: "cos" },
  { dim: 8, exponent: "tensor2tensor", layout: "concatenated" },
  { dim: 8, exponent: "per-dimension" },
  { dim: 8, exponent: "per-dimension", layout: "concatenated", first: "cos" },
  { dim: 7, oddDim: "sine" },
  { dim: 7, oddDim: "sine", exponent: "per-dimension" },
  { dim: 7, oddDim: "zero", exponent: "tensor2tensor", layout: "concatenated" },
  { dim: 8, scale: 0.25 },
  { dim: 8, offset: 3 },
  { dim: 8, positions: "real" },
  { dim: 8, positions: "real", offset: -1.5 },
  { dim: 8, base: 400, minTimescale: 2, exponent: "tensor2tensor" },
  { dim: 8, paddingIndex: 1 },
  { dim: 7, oddDim: "zero", offset: 2, paddingIndex: 3 },
  { dim: 8, scale: "learned", layout: "concatenated" },
  { dim: 8, scale: { learned: 0.5 } },
];

const spaces: SinusoidalNdOptions[] = [
  { dim: 8, axes: 2 },
  { dim: 6, axes: 1 },
  { dim: 12, axes: 3, layout: "concatenated", axisOrder: [2, 0, 1], base: 100 },
  { dim: 8, axes: 2, layout: "grouped", positions: "real" },
  { dim: 10, axes: 2, remainder: "truncate", offset: 1 },
  { dim: 11, axes: 2, remainder: "zero", exponent: "tensor2tensor", layout: "concatenated" },
  { dim: 8, axes: 2, exponent: "tensor2tensor", minTimescale: 2 },
  { dim: 8, axes: 2, offset: 1, normalise: { sizes: [4, 8] } },
  { dim: 4, axes: 2, normalise: { sizes: [3, 3], scale: 1, epsilon: 0.5 }, positions: "real" },
];

const nerfs: NerfOptions[] = [
  { axes: 3, bands: 4 },
  { axes: 1, bands: 1, includeInput: false },
  { axes: 2, bands: 3, pi: true, layout: "concatenated" },
  { axes: 2, bands: 3, minLog2: -2, maxLog2: 1.5, sampling: "linear", includeInput: false },
];

const ropes: RopeOptions[] = [
  { dim: 8 },
  { dim: 8, pairing: "interleaved" },
  { dim: 8, rotaryDim: 4 },
  { dim: 8, rotaryDim: 4, pairing: "interleaved" },
  { dim: 2 },
  { dim: 8, base: 500_000 },
  { dim: 8, offset: 10 },
  { dim: 8, positions: "real", offset: 0.5, pairing: "interleaved" },
  { dim: 8, pairing: "interleaved", outputPairing: "halves" },
  { dim: 8, rotaryDim: 4, outputPairing: "interleaved" },
  { dim: 8, scaling: linearScaling({ factor: 4 }) },
  { dim: 8, scaling: dynamicScaling({ factor: 2, maxPositionEmbeddings: 16, length: 40 }) },
  { dim: 8, rotaryDim: 4, scaling: dynamicScaling({ factor: 2, maxPositionEmbeddings: 16 }) },
  { dim: 8, scaling: ntkScaling({ factor: 4 }) },
  { dim: 8, scaling: ntkByPartsScaling({ factor: 4, originalMaxPositionEmbeddings: 2048 }) },
  { dim: 8, scaling: yarnScaling({ factor: 16, originalMaxPositionEmbeddings: 4096 }) },
  {
    dim: 8,
    pairing: "interleaved",
    scaling: yarnScaling({
      factor: 40,
      originalMaxPositionEmbeddings: 4096,
      mscale: 1,
      mscaleAllDim: 0.8,
      truncate: false,
    }),
  },
  ...[64, 5000].map((length): RopeOptions => {
    const [shortFactor, longFactor] = [
      [1, 1.05, 1.5, 2],
      [1, 1.5, 4, 16],
    ] as const;
    const lengths = { originalMaxPositionEmbeddings: 4096, maxPositionEmbeddings: 131_072, length };
    return { dim: 8, scaling: longropeScaling({ shortFactor, longFactor, ...lengths }) };
  }),
  {
    dim: 8,
    base: 500_000,
    scaling: llama3Scaling({
      factor: 8,
      lowFreqFactor: 1,
      highFreqFactor: 4,
      originalMaxPositionEmbeddings: 8192,
    }),
  },
  { dim: 8, scaling: proportionalScaling({ partialRotaryFactor: 0.5, factor: 2 }) },
];

const alibis: AlibiOptions[] = [
  { heads: 4 },
  { heads: 1 },
  { heads: 3 },
  { heads: 4, direction: "symmetric" },
  { heads: 4, direction: "split" },
  { heads: 5, direction: "split" },
  { heads: 2, slopes: [0.5, 0.125] },
  { heads: 2, slopes: { left: [0.5, 0.125], right: [0.25, -1] } },
  { heads: 3, learned: true },
  { heads: 3, learned: true, direction: "symmetric" },
  { heads: 3, learned: true, direction: "split" },
  { heads: 2, learned: true, slopes: { left: [0.5, 0.125], right: [0.25, 1] } },
];

const kerples: KerpleOptions[] = [
  { heads: 3 },
  { heads: 3, direction: "causal" },
  { heads: 3, kernel: "power" },
  { heads: 1, kernel: "power", direction: "causal" },
];

const t5s: T5Options[] = [
  { heads: 2, initialDeviation: 1 },
  { heads: 3, numBuckets: 8, maxDistance: 6, initialDeviation: 1 },
  { heads: 2, numBuckets: 5, maxDistance: 9, direction: "causal", scale: 2, initialDeviation: 1 },
];

const dynamicBiases: DynamicPositionBiasOptions[] = [
  { heads: 2, width: 4 },
  { heads: 3, width: 5, depth: 1, logDistance: true },
  { heads: 2, width: 4, depth: 3, norm: true },
];

const axialRopes: AxialRopeOptions[] = [
  { dim: 8 },
  { dim: 8, pairing: "interleaved", base: 100 },
  { dim: 8, pairing: "halves-per-axis", base: 100 },
  { dim: 16, frequencies: "dealt" },
  { dim: 14, rotaryDim: 12, axes: 3, pairing: "interleaved" },
  { dim: 12, pairing: "halves-per-axis", axes: 3, positions: "real" },
  { dim: 8, positions: "real", scale: [Math.PI / 7, Math.PI / 5], base: 100 },
  { dim: 9, rotaryDim: 8, frequencies: "linear", maxFrequency: 16, scale: 0.01, positions: "real" },
  { dim: 8, frequencies: "octaves", maxFrequency: 16, scale: 0.01 },
  { dim: 8, frequencies: [0.5, 0.25] },
];

const mropes: MropeOptions[] = [
  { dim: 16, sections: [2, 3, 3] },
  { dim: 16, sections: [4, 2, 2], layout: "interleaved", base: 5_000_000 },
  { dim: 16, rotaryDim: 8, sections: [2, 1, 1], pairing: "interleaved" },
  { dim: 8, sections: [0, 4, 0], scaling: linearScaling({ factor: 2 }) },
  { dim: 8, sections: [2, 1, 1], scaling: yarnScaling({ factor: 4, originalMaxPositionEmbeddings: 64 }) },
];

const xposes: XposOptions[] = [
  { dim: 8 },
  { dim: 8, pairing: "interleaved", length: 7 },
  { dim: 8, rotaryDim: 4, centre: 5, scaleBase: 64, gamma: 0.2 },
  { dim: 8, scaling: linearScaling({ factor: 4 }) },
];

/** Every encoder of the core, in every variant. */
export const everyEncoder: readonly Encoder[] = [
  none(),
  ...sinusoids.map((options) => sinusoidal(options)),
  ...spaces.map((options) => sinusoidalNd(options)),
  ...nerfs.map((options) => nerf(options)),
  gaussianFourier({ axes: 2, features: 5, seed: 3 }),
  gaussianFourier({ axes: 1, features: 3, scale: 0.1 }),
  gaussianFourier({
    axes: 3,
    matrix: [
      [0.5, -1.25, 0.125],
      [0.1, 0, 2],
    ],
  }),
  learned({ dim: 8, maxLength: 16 }),
  learned({ dim: 3, maxLength: 7, initialDeviation: 1 }),
  learned({ dim: 4, maxLength: 12, initialDeviation: 1, offset: 2 }),
  ...ropes.map((options) => rope(options)),
  ...alibis.map((options) => alibi(options)),
  ...t5s.map((options) => t5(options)),
  debertaBias({ heads: 2, positionBuckets: 6, maxRelativePositions: 7, initialDeviation: 1 }),
  ...kerples.map((options) => kerple(options)),
  fire({ heads: 2, width: 5 }),
  fire({ heads: 2, width: 5, threshold: 2, rate: 1 }),
  sandwich({ heads: 3, dim: 8 }),
  sandwich({ heads: 2, dim: 6, base: 100 }),
  ...dynamicBiases.map((options) => dynamicPositionBias(options)),
  cope({ heads: 2, dim: 4, maxPosition: 5 }),
  forgetting({ heads: 2, dim: 4 }),
  transformerXl({ heads: 2, dim: 4 }),
  deberta({ heads: 2, dim: 4, positionBuckets: 8, maxRelativePositions: 32 }),
  deberta({ heads: 2, dim: 4, maxRelativePositions: 6, positionToContent: false }),
  swin({ heads: 2, window: [16, 16] }),
  swin2({ heads: 3, window: [16, 12], hidden: 8 }),
  ...axialRopes.map((options) => axialRope(options)),
  mixedRope({ dim: 8, heads: 2 }),
  mixedRope({ dim: 4, heads: 2, pairing: "halves", positions: "real", base: 100 }),
  ...mropes.map((options) => mrope(options)),
  ...xposes.map((options) => xpos(options)),
  learnedRope({ dim: 8 }),
  learnedRope({ dim: 8, rotaryDim: 4, base: 100, pairing: "interleaved", positions: "real" }),
];
