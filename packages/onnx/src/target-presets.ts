import type { ExportOptions } from "./export-options.ts";

/**
 * How to export for a runtime: spread one into the options of `exportEncoder` or `exportModel`.
 *
 * - "node-cpu", "web-wasm": ONNX Runtime's own rotary operator, and angles in float64, at any position.
 * - "web-webgpu": the same operator. WebGPU has no float64: give `maxPosition` too, so that angles are looked up.
 * - "onnx-23": the standard's rotary operator, for any runtime that knows opset 23.
 * - "old-checkers": plain operators of opset 17 without functions, which onnx 1.12 and later take.
 */
export const targetPresets = {
  "node-cpu": { opset: 17, rotary: "com.microsoft" },
  "web-wasm": { opset: 17, rotary: "com.microsoft" },
  "web-webgpu": { opset: 17, rotary: "com.microsoft" },
  "onnx-23": { opset: 23, rotary: "ai.onnx" },
  "old-checkers": { opset: 17, rotary: "primitives", inline: true },
} as const satisfies Readonly<Record<string, ExportOptions>>;
