import { type InspectedModel, inspectModel } from "@posenc/onnx";
import { readFileOf } from "../files.ts";
import { plain } from "../inspect/render-inspection.ts";
import type { Output } from "../output.ts";
import { renderVerification } from "./render-verification.ts";
import { verifyEncoder } from "./verify-encoder.ts";
import { verifyModel } from "./verify-model.ts";

/**
 * `posenc verify FILE`: runs an ONNX file of ours in ONNX Runtime, and compares it with the encoder or model of its
 * metadata on typed arrays, at positions up to 2^24.
 *
 * @throws Error where the file cannot be read or run, or is too far off; TypeError, RangeError where it is no such file
 */
export async function verify(
  path: string,
  { json }: { readonly json: boolean },
  output: Output,
): Promise<void> {
  const bytes = readFileOf("verify", "FILE", path);
  const inspected = inspectModel(bytes);
  const verification = { file: path, ...(await verifierOf(inspected)(path, bytes, inspected)) };
  output.write(json ? `${JSON.stringify(verification, undefined, 2)}\n` : renderVerification(verification));
  const off = verification.ranges.find(({ within }) => !within);
  if (off === undefined) return;
  throw new Error(
    `verify: ${plain(path)} must give what its ${verification.as} gives, got errors up to ${off.absolute} at positions ${off.from} to ${off.to}`,
  );
}

function verifierOf({ metadata }: InspectedModel): typeof verifyEncoder {
  if (metadata["posenc.model"] !== undefined) return verifyModel;
  if (metadata["posenc.encoder"] !== undefined) return verifyEncoder;
  throw new RangeError(
    "verify: FILE must have posenc.encoder or posenc.model in its metadata, as posenc export, exportEncoder and exportModel write it; posenc inspect says what it has",
  );
}
