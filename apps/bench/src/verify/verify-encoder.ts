import { checks, toJSON } from "@posenc/core";
import { exportEncoder, type InspectedModel, inspectModel, readEncoder } from "@posenc/onnx";
import { axisLengths, LENGTHS, planCases } from "./cases.ts";
import type { Allowed } from "./differences.ts";
import { encoderTensors, planOf } from "./encoder-tensors.ts";
import { openFile } from "./run-file.ts";
import type { Verification } from "./verification.ts";
import { verifyCases } from "./verify-cases.ts";

const ABSOLUTE = 1e-6;

/**
 * An encoder's file, run in ONNX Runtime, against the encoder of its metadata on typed arrays.
 *
 * @throws TypeError, RangeError where the metadata is not what `exportEncoder` writes, or the file has other inputs and
 *   outputs than it says; Error where ONNX Runtime refuses the file
 */
export async function verifyEncoder(
  path: string,
  bytes: Uint8Array,
  inspected: InspectedModel,
): Promise<Omit<Verification, "file">> {
  const { encoder, options } = readEncoder(bytes);
  const { values, ...how } = options;
  const { dtype = "float32", names = {} } = how;
  checkSignature(inspected, signature(encoder, options));
  const axes = axisLengths(how.axes);
  const exported = { encoder, options, axes };
  const cases = planCases({ ...planOf(exported), lengths: LENGTHS });
  const allowed: Allowed = { absolute: ABSOLUTE, float16Steps: dtype === "float16" ? 1 : 0 };
  const named = <V>(tensors: Readonly<Record<string, V>>) =>
    Object.fromEntries(Object.entries(tensors).map(([name, x]) => [names[name] ?? name, x]));
  const session = await openFile(path, inspected);
  try {
    const ranges = await verifyCases(cases, {
      session,
      dtype,
      allowed,
      byRow: encoder.kind === "rotary" && encoder.keyTurns !== undefined,
      tensors(run) {
        const { feeds, want } = encoderTensors(exported, run);
        return { feeds: named(feeds), want: named(want) };
      },
    });
    const passed = ranges.every(({ within }) => within);
    return { as: "encoder", json: toJSON(encoder), options: how, dtype, allowed, ranges, passed };
  } finally {
    await session.close();
  }
}

/** What such a file takes and gives; its tables change nothing about that. */
function signature(
  encoder: Parameters<typeof exportEncoder>[0],
  { maxPosition, ...options }: NonNullable<Parameters<typeof exportEncoder>[1]>,
): InspectedModel {
  if (maxPosition !== undefined) checks.checkCount("verify", "posenc.export.maxPosition", maxPosition);
  return inspectModel(exportEncoder(encoder, options));
}

function checkSignature(got: InspectedModel, want: InspectedModel): void {
  for (const what of ["inputs", "outputs"] as const) {
    const [found, expected] = [got, want].map((model) =>
      model[what].map(({ name, type, shape }) => `${name} ${type} of rank ${shape?.length ?? "?"}`),
    ) as [string[], string[]];
    if (found.toSorted().join() === expected.toSorted().join()) continue;
    throw new RangeError(
      `verify: the file must have the ${what} ${expected.join(", ")}, as its metadata says, got ${found.join(", ")}`,
    );
  }
}
