import { everyEncoder } from "./every-encoder.ts";
import { testEncoder } from "./test-encoder.ts";
import { testOps } from "./test-ops.ts";
import { typedArrayDevices } from "./typed-array-devices.ts";

for (const device of typedArrayDevices) {
  testOps(device);
  for (const encoder of everyEncoder) testEncoder(encoder, device);
}
