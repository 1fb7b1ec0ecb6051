import { everyEncoder, testEncoder, testOps } from "@posenc/conformance";
import { plainOnnxOps } from "@posenc/onnx";
import * as ort from "onnxruntime-node";
import { onnxDevice } from "./device.fixture.ts";

const devices = [
  onnxDevice(ort),
  onnxDevice(ort, { ops: plainOnnxOps, name: "ONNX Runtime without kernels" }),
];
for (const device of devices) {
  testOps(device);
  for (const encoder of everyEncoder) testEncoder(encoder, device);
}
