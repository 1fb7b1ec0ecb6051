import { array, type NdArray, random, toJSON, typedArrays } from "@posenc/core";
import {
  type ExportedTransformer,
  type ExportModelOptions,
  type InspectedModel,
  readTransformer,
} from "@posenc/onnx";
import { axisLengths, planCases, type VerifyCase } from "./cases.ts";
import type { Allowed } from "./differences.ts";
import { positionsOf } from "./inputs.ts";
import { modelValues } from "./model-values.ts";
import { openFile } from "./run-file.ts";
import type { Verification } from "./verification.ts";
import { verifyCases } from "./verify-cases.ts";

const LENGTHS = [1, 7, 32];
/** Sums of many products, in float32, block after block. */
const ABSOLUTE = 1e-5;

/**
 * A model's file, run in ONNX Runtime without a past, against the model of its metadata on typed arrays: its logits.
 *
 * @throws as `verifyEncoder`
 */
export async function verifyModel(
  path: string,
  bytes: Uint8Array,
  inspected: InspectedModel,
): Promise<Omit<Verification, "file">> {
  const exported = readTransformer(bytes);
  const { model, tensorName } = exported;
  const { encoder, ...sizes } = model.options;
  const how = JSON.parse(inspected.metadata["posenc.export"] ?? "{}") as ExportModelOptions;
  const values = modelValues(path, bytes, model.parameters);
  const axes = axisLengths(how.axes);
  const cases = planCases({
    positions: encoder.positions,
    maxPosition: undefined,
    axes,
    tokens: "length",
    lengths: LENGTHS,
    rows: "any",
    width: (length) => Math.max(sizes.dim, sizes.outputs, sizes.heads * length),
  });
  const logits = tensorName("logits");
  const type = inspected.outputs.find(({ name }) => name === logits)?.type;
  const dtype = type === "float16" ? type : "float32";
  const allowed: Allowed = { absolute: ABSOLUTE, float16Steps: dtype === "float16" ? 1 : 0 };
  const session = await openFile(path, inspected);
  try {
    const ranges = await verifyCases(cases, {
      session,
      dtype,
      allowed,
      tensors(run) {
        const { source, feeds } = modelFeeds(exported, run);
        const named = Object.entries(feeds).map(([name, x]) => [tensorName(name), x]);
        const want = model.forward(typedArrays, values, source.tokens, source.positions);
        return { feeds: Object.fromEntries(named), want: { [logits]: want } };
      },
    });
    const passed = ranges.every(({ within }) => within);
    const json = { ...sizes, encoder: toJSON(encoder) };
    return { as: "model", json, options: how, dtype, allowed, ranges, passed };
  } finally {
    await session.close();
  }
}

/** Tokens and positions, and where the file decodes, a mask that hides nothing and an empty past. */
function modelFeeds({ model, cache }: ExportedTransformer, run: VerifyCase) {
  const { vocabulary, blocks, heads, dim, encoder } = model.options;
  const { batch, rows, length, start } = run;
  const { below } = random(1, `verify tokens ${start} ${batch}`);
  const tokens = array(
    Int32Array.from({ length: batch * length }, () => below(vocabulary)),
    [batch, length],
  );
  const positions = positionsOf(run, length, encoder.positions);
  const source = { tokens, positions };
  if (!cache) return { source, feeds: source };
  const empty = array(new Float32Array(0), [batch, heads, 0, dim / heads]);
  const past: Record<string, NdArray> = {};
  for (let block = 0; block < blocks; block++) {
    past[`past.${block}.key`] = empty;
    past[`past.${block}.value`] = empty;
  }
  const mask = array(
    new Int32Array(batch * length).fill(1),
    cache === "padding" ? [batch, length] : [batch, 1, length],
  );
  if (cache === "padding") return { source, feeds: { ...source, mask, ...past } };
  const before = array(positions.data.subarray(0, 0), [rows, 0]);
  return { source, feeds: { ...source, mask, "past.positions": before, ...past } };
}
