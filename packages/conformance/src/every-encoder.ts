import {
  type AlibiOptions,
  alibi,
  type Encoder,
  learned,
  none,
  type RopeOptions,
  rope,
  type SinusoidalOptions,
  sinusoidal,
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
];

/** Every encoder of the core, in every variant. */
export const everyEncoder: readonly Encoder[] = [
  none(),
  ...sinusoids.map((options) => sinusoidal(options)),
  learned({ dim: 8, maxLength: 16 }),
  learned({ dim: 3, maxLength: 7, initialDeviation: 1 }),
  ...ropes.map((options) => rope(options)),
  ...alibis.map((options) => alibi(options)),
];
