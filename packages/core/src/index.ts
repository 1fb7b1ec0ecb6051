export { type AngleType, aliasing } from "./analysis/aliasing.ts";
export { type Analysis, type AnalyzeOptions, analyze } from "./analysis/analyze.ts";
export type { FirstRepeat } from "./analysis/first-repeat.ts";
export type { ByDistance, Decay, Relation, ScoreProfile } from "./analysis/score-profile.ts";
export type { Wavelengths } from "./analysis/wavelengths.ts";
export { type Applied, bind } from "./bind.ts";
export {
  checkAdditive,
  checkBias,
  checkContent,
  checkPositions,
  checkRotary,
  checkValues,
  describeTensor,
  perBatch,
} from "./bind-checks.ts";
export * as checks from "./checks.ts";
export { completeOps } from "./complete-ops.ts";
export { type Composition, compose, composeFromJSON, type Part } from "./compose.ts";
export { SPLIT, topHalf } from "./double-double.ts";
export {
  type AdditiveEncoder,
  type Attention,
  additive,
  type BiasEncoder,
  bias,
  type ContentEncoder,
  content,
  type Encoder,
  type Kind,
  type PositionRange,
  type RotaryEncoder,
  rotary,
} from "./encoder.ts";
export { type AlibiOptions, alibi, alibiSlopes } from "./encoders/alibi.ts";
export { type AxialRopeOptions, axialRope } from "./encoders/axial-rope.ts";
export { type CopeOptions, cope } from "./encoders/cope.ts";
export { type DebertaOptions, deberta } from "./encoders/deberta.ts";
export { type DebertaBiasOptions, debertaBias } from "./encoders/deberta-bias.ts";
export {
  type DynamicPositionBiasOptions,
  dynamicPositionBias,
} from "./encoders/dynamic-position-bias.ts";
export { type FireOptions, type FireParameters, fire } from "./encoders/fire.ts";
export { type ForgettingOptions, forgetting } from "./encoders/forgetting.ts";
export { type GaussianFourierOptions, gaussianFourier } from "./encoders/gaussian-fourier.ts";
export { type KerpleOptions, kerple } from "./encoders/kerple.ts";
export { type LearnedOptions, learned } from "./encoders/learned.ts";
export { type LearnedRopeOptions, learnedRope } from "./encoders/learned-rope.ts";
export { type MixedRopeOptions, mixedRope } from "./encoders/mixed-rope.ts";
export { type MropeOptions, mrope } from "./encoders/mrope.ts";
export { type NerfOptions, nerf } from "./encoders/nerf.ts";
export { none } from "./encoders/none.ts";
export { type RopeOptions, rope } from "./encoders/rope.ts";
export { type SandwichOptions, sandwich } from "./encoders/sandwich.ts";
export { type SinusoidalOptions, sinusoidal } from "./encoders/sinusoidal.ts";
export { type SinusoidalNdOptions, sinusoidalNd } from "./encoders/sinusoidal-nd.ts";
export { type SwinOptions, swin } from "./encoders/swin.ts";
export { type Swin2Options, swin2, swin2Coordinates } from "./encoders/swin2.ts";
export { type T5Options, t5 } from "./encoders/t5.ts";
export { type TransformerXlOptions, transformerXl } from "./encoders/transformer-xl.ts";
export { type XposOptions, xpos } from "./encoders/xpos.ts";
export {
  type Frequencies,
  fillSincos,
  frequencies,
  type GeometricOptions,
  geometric,
  isFrequencies,
  TURN_PARTS,
} from "./frequencies.ts";
export { encodersFromConfig, type ModelEncoders } from "./huggingface/encoders-from-config.ts";
export { fillParameters } from "./huggingface/fill-parameters.ts";
export {
  type ConfiguredRope,
  type RopeConfigOptions,
  ropeFromConfig,
} from "./huggingface/rope-from-config.ts";
export type { MultimodalSections, QueryScaling } from "./huggingface/rope-parameters.ts";
export { identifySinusoid } from "./identify/identify-sinusoid.ts";
export { type IntegratedPositionsOptions, integratedPositions } from "./integrated-positions.ts";
export { type EncoderFactory, type EncoderJSON, encoders, fromJSON, type Registry, toJSON } from "./json.ts";
export {
  type Bucket,
  type BucketTable,
  bucketTable,
  type DebertaBucketOptions,
  debertaBuckets,
  lookUpBuckets,
  type T5BucketOptions,
  t5Buckets,
} from "./log-buckets.ts";
export { checkFit, checkTokenPositions, checkTokens, type ModelSizes } from "./model-checks.ts";
export type {
  Composites,
  Description,
  Distances,
  DType,
  Operand,
  Ops,
  Pairing,
  Primitives,
  RotaryLayout,
  SinCos,
} from "./ops.ts";
export { type PermutePairingOptions, permutePairing } from "./pairing.ts";
export {
  type Initialiser,
  initialise,
  type Parameter,
  type Parameters,
  sizeOf,
  type Values,
} from "./parameters.ts";
export { grid, gridBetween } from "./positions/grid.ts";
export { type GridFromMaskOptions, gridFromMask } from "./positions/grid-from-mask.ts";
export { type PatchPositionsOptions, patchPositions } from "./positions/patch-positions.ts";
export { positionsFromMask } from "./positions/positions-from-mask.ts";
export { positionsFromSegments } from "./positions/positions-from-segments.ts";
export {
  type Qwen2VlPositions,
  type Qwen2VlPositionsOptions,
  qwen2VlPositions,
  type VisionGrid,
} from "./positions/qwen2-vl-positions.ts";
export { type RandomPositionsOptions, randomPositions } from "./positions/random-positions.ts";
export { segmentMask } from "./positions/segment-mask.ts";
export { type Random, random } from "./random.ts";
export { range } from "./range.ts";
export { type ResizeMode, type ResizeOptions, resizeTable } from "./resize/resize-table.ts";
export { type RopeFrequencyOptions, ropeFrequencies } from "./rope-frequencies.ts";
export { type DynamicScaling, dynamicScaling } from "./rope-scaling/dynamic.ts";
export { type LinearScaling, linearScaling } from "./rope-scaling/linear.ts";
export { type Llama3Scaling, llama3Scaling } from "./rope-scaling/llama3.ts";
export { type LongropeScaling, longropeScaling } from "./rope-scaling/longrope.ts";
export type { RopeFrequencies } from "./rope-scaling/method.ts";
export { type NtkScaling, ntkScaling } from "./rope-scaling/ntk.ts";
export { type NtkByPartsScaling, ntkByPartsScaling } from "./rope-scaling/ntk-by-parts.ts";
export { type ProportionalScaling, proportionalScaling } from "./rope-scaling/proportional.ts";
export { type RopeScaling, type RopeScalingData, ropeScaling } from "./rope-scaling/rope-scaling.ts";
export {
  type YarnScaling,
  type YarnSoftmaxOptions,
  yarnScaling,
  yarnSoftmaxFactor,
} from "./rope-scaling/yarn.ts";
export type { SafetensorsDType } from "./safetensors/decode.ts";
export { readSafetensors, type Safetensor, type Safetensors } from "./safetensors/read-safetensors.ts";
export { partsOf, type Slots, slots } from "./slots.ts";
export { canTabulate, tabulate, tabulateParts } from "./tabulate.ts";
export { plainTypedArrays, typedArrays } from "./typed-arrays/index.ts";
export { array, type NdArray } from "./typed-arrays/nd-array.ts";
