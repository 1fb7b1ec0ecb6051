import {
  alibi,
  type Composition,
  compose,
  cope,
  deberta,
  debertaBias,
  dynamicPositionBias,
  type Encoder,
  fire,
  forgetting,
  kerple,
  learned,
  learnedRope,
  linearScaling,
  llama3Scaling,
  none,
  ntkByPartsScaling,
  ntkScaling,
  proportionalScaling,
  type RopeScaling,
  rope,
  sandwich,
  sinusoidal,
  t5,
  transformerXl,
  xpos,
  yarnScaling,
} from "@posenc/core";

/** Of the models with which decoding is tested. */
export const decodingSizes = {
  vocabulary: 11,
  outputs: 5,
  dim: 16,
  heads: 2,
  blocks: 2,
  hidden: 12,
} as const;

const [dim, heads, headDim] = [16, 2, 8];

const scalings: RopeScaling[] = [
  linearScaling({ factor: 4 }),
  ntkScaling({ factor: 4 }),
  ntkByPartsScaling({ factor: 4, originalMaxPositionEmbeddings: 8 }),
  yarnScaling({ factor: 16, originalMaxPositionEmbeddings: 8 }),
  llama3Scaling({ factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositionEmbeddings: 16 }),
  proportionalScaling({ partialRotaryFactor: 0.5, factor: 2 }),
];

/** Encoders that are safe with a cache and depend on distances or positions alone. */
export const decodingEncoders: readonly (Encoder | Composition)[] = [
  none(),
  sinusoidal({ dim }),
  sinusoidal({ dim, exponent: "per-dimension", offset: 2 }),
  sinusoidal({ dim, positions: "real" }),
  learned({ dim, maxLength: 12, initialDeviation: 1 }),
  rope({ dim: headDim }),
  rope({ dim: headDim, pairing: "interleaved", rotaryDim: 4 }),
  rope({ dim: headDim, positions: "real", offset: 0.5 }),
  ...scalings.map((scaling) => rope({ dim: headDim, scaling })),
  learnedRope({ dim: headDim }),
  xpos({ dim: headDim, centre: 5, scaleBase: 64 }),
  alibi({ heads }),
  alibi({ heads, learned: true, direction: "split" }),
  t5({ heads, initialDeviation: 1 }),
  t5({ heads, numBuckets: 5, maxDistance: 6, direction: "causal", initialDeviation: 1 }),
  debertaBias({ heads, positionBuckets: 6, maxRelativePositions: 7, initialDeviation: 1 }),
  kerple({ heads }),
  kerple({ heads, kernel: "power", direction: "causal" }),
  fire({ heads, width: 5, threshold: 2, rate: 1 }),
  sandwich({ heads, dim: 8 }),
  dynamicPositionBias({ heads, width: 4 }),
  transformerXl({ heads, dim: headDim }),
  deberta({ heads, dim: headDim, positionBuckets: 4, maxRelativePositions: 8 }),
  compose(learned({ dim, maxLength: 12, initialDeviation: 1 }), alibi({ heads }), {
    encoder: rope({ dim: headDim }),
    layers: [1],
  }),
  compose(
    { encoder: rope({ dim: headDim, base: 100 }), layers: [0] },
    { encoder: rope({ dim: headDim, base: 10_000 }), layers: [1] },
  ),
];

/**
 * They count the tokens between two others by their positions. So a position may be that of one token only: in packed
 * rows it goes on from document to document, and the mask alone keeps them apart.
 */
export const countingEncoders: readonly (Encoder | Composition)[] = [
  cope({ heads, dim: headDim, maxPosition: 4 }),
  forgetting({ heads, dim: headDim }),
  compose(alibi({ heads }), forgetting({ heads, dim: headDim })),
];
