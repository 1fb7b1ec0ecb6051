export {
  createDecoder,
  type Decoder,
  type DecoderInput,
  type DecoderOptions,
  type OpenDecoderOptions,
  openDecoder,
} from "./decoder.ts";
export {
  createEncoderSession,
  type EncoderRun,
  type EncoderSession,
  type EncoderSessionOptions,
} from "./encoder-session.ts";
export { type GenerateFromBytesOptions, type GenerateOptions, generate } from "./generate.ts";
export { createModelSession, type ModelSession, type ModelSessionOptions } from "./model-session.ts";
export type { Runtime, SessionExportOptions, SessionOptions } from "./runtime.ts";
export type { SamplingOptions } from "./sampler.ts";
export { type VerifiedRewrite, type VerifyRewriteOptions, verifyRewrite } from "./verify-rewrite.ts";
