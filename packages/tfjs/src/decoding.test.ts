import "@tensorflow/tfjs";
import { deviceDecoding, testDecoding } from "@posenc/conformance";
import { transformer } from "@posenc/model";
import { devices } from "./devices.fixture.ts";
import { mendWasm } from "./wasm/index.ts";

mendWasm();

for (const device of devices) testDecoding(transformer, deviceDecoding(device));
