export {
  createEncoderSession,
  type EncoderRun,
  type EncoderSession,
  type EncoderSessionOptions,
} from "./encoder-session.ts";
export { createModelSession, type ModelSession, type ModelSessionOptions } from "./model-session.ts";
export type { Runtime, SessionOptions } from "./runtime.ts";
