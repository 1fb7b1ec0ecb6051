export { applyTo, type Call, inputsOf, limitOf, positionsFrom } from "./applications.ts";
export type {
  DecodingBackend,
  DecodingInput,
  DecodingModel,
  DecodingModelOptions,
  DecodingPast,
  OpenModel,
} from "./decoding.ts";
export type { Device } from "./device.ts";
export { deviceDecoding } from "./device-decoding.ts";
export { everyEncoder } from "./every-encoder.ts";
export { type Expected, expectClose, expectRowsClose, expectUlps, expectWithin } from "./expect.ts";
export { type ReferenceCase, reference } from "./reference.ts";
export { testDecoding } from "./test-decoding.ts";
export { testEncoder } from "./test-encoder.ts";
export { testOps } from "./test-ops.ts";
export { typedArrayDevices } from "./typed-array-devices.ts";
