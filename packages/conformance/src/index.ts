export { applyTo, inputsOf, positionsFrom } from "./applications.ts";
export type { Device } from "./device.ts";
export { everyEncoder } from "./every-encoder.ts";
export { testEncoder } from "./test-encoder.ts";
export { testOps } from "./test-ops.ts";
export { typedArrayDevices } from "./typed-array-devices.ts";
