import "@tensorflow/tfjs";
import { everyEncoder, testEncoder, testOps } from "@posenc/conformance";
import { devices } from "./devices.fixture.ts";
import { mendWasm } from "./wasm/index.ts";

mendWasm();

for (const device of devices) {
  testOps(device);
  for (const encoder of everyEncoder) testEncoder(encoder, device);
}
