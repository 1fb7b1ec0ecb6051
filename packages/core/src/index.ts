export { type Applied, bind, type Slots, slots } from "./bind.ts";
export { checkAdditive, checkBias, checkPositions, checkRotary, checkValues, perBatch } from "./bind-checks.ts";
export * as checks from "./checks.ts";
export { completeOps } from "./complete-ops.ts";
export { SPLIT, topHalf } from "./double-double.ts";
export {
  type AdditiveEncoder,
  additive,
  type BiasEncoder,
  bias,
  type Encoder,
  type Kind,
  type PositionRange,
  type RotaryEncoder,
  rotary,
} from "./encoder.ts";
export { type AlibiOptions, alibi, alibiSlopes } from "./encoders/alibi.ts";
export { type LearnedOptions, learned } from "./encoders/learned.ts";
export { none } from "./encoders/none.ts";
export { type RopeOptions, rope } from "./encoders/rope.ts";
export { type SinusoidalOptions, sinusoidal } from "./encoders/sinusoidal.ts";
export {
  type Frequencies,
  fillSincos,
  frequencies,
  type GeometricOptions,
  geometric,
  isFrequencies,
  TURN_PARTS,
} from "./frequencies.ts";
export { type EncoderFactory, type EncoderJSON, encoders, fromJSON, type Registry, toJSON } from "./json.ts";
export { checkFit, checkTokens, type ModelSizes } from "./model-checks.ts";
export type {
  Composites,
  Description,
  DType,
  Operand,
  Ops,
  Pairing,
  Primitives,
  RotaryLayout,
  SinCos,
} from "./ops.ts";
export {
  type Initialiser,
  initialise,
  type Parameter,
  type Parameters,
  sizeOf,
  type Values,
} from "./parameters.ts";
export { type Random, random } from "./random.ts";
export { range } from "./range.ts";
export { plainTypedArrays, typedArrays } from "./typed-arrays/index.ts";
export { array, type NdArray } from "./typed-arrays/nd-array.ts";
