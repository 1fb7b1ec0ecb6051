import { inspectModel } from "@posenc/onnx";
import { readFileOf } from "../files.ts";
import type { Output } from "../output.ts";
import { renderInspection } from "./render-inspection.ts";

/**
 * `posenc inspect FILE`: inputs, outputs, opsets and the position encodings of an ONNX file.
 *
 * @throws Error where the file cannot be read; RangeError where it is no ONNX model
 */
export function inspect(path: string, { json }: { readonly json: boolean }, output: Output): void {
  const inspected = inspectModel(readFileOf("inspect", "FILE", path));
  output.write(json ? `${JSON.stringify(inspected, undefined, 2)}\n` : renderInspection(inspected));
}
