import {
  type AlibiOptions,
  alibi,
  cope,
  type DynamicPositionBiasOptions,
  debertaBias,
  dynamicPositionBias,
  type Encoder,
  fire,
  type KerpleOptions,
  kerple,
  forgetting,
  learned,
  none,
  type RopeOptions,
  rope,
  type SinusoidalOptions,
  sandwich,
  sinusoidal,
  type T5Options,
  t5,
  transformerXl,
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

const ropes: RopeOptions[] = [
  { dim: 8 },
  { dim: 8, pairing: "interleaved" },
  { dim: 8, rotaryDim: 4 },
  { dim: 8, rotaryDim: 4, pairing: "interleaved" },
  { dim: 2 },
  { dim: 8, base: 500_000 },
  { dim: 8, offset: 10 },
  { dim: 8, positions: "real", offset: 0.5, pairing: "interleaved" },
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

/** Every encoder of the core, in every variant. */
export const everyEncoder: readonly Encoder[] = [
  none(),
  ...sinusoids.map((options) => sinusoidal(options)),
  learned({ dim: 8, maxLength: 16 }),
  learned({ dim: 3, maxLength: 7, initialDeviation: 1 }),
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
];
