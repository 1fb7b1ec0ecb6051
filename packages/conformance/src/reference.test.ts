import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { expectWithin } from "./expect.ts";
import {
  bloomBias,
  falconBias,
  kerasBias,
  mptBias,
  pressBias,
  slopeLists,
  symmetricBias,
} from "./peers/alibis.ts";
import { debertaBucketNumbers, scaledScores, t5BucketNumbers, t5Scores } from "./peers/buckets.ts";
import type { Comparison, Missing, Peer } from "./peers/comparison.ts";
import { copeBias, forgetGates, relativeShift, relativeSinusoids, xlnet } from "./peers/contents.ts";
import { dynamicScores, fireScores, kerpleLog, kerplePower } from "./peers/distance-biases.ts";
import { gaussians, integrated, mipNerfs, nerfs } from "./peers/fouriers.ts";
import {
  dino,
  gemmaVision,
  llamaVision,
  mistralGrid,
  pixtral,
  qwenVision,
  ropeVit,
  timmRotary,
} from "./peers/grids.ts";
import { flashXpos, lucid, lucidAxial, lucidXpos, torchscale, xTransformers } from "./peers/lucids.ts";
import { mropes } from "./peers/mropes.ts";
import { multimodalPositions } from "./peers/multimodal-positions.ts";
import { resizes } from "./peers/resizes.ts";
import {
  configs,
  otherCodes,
  scaledTables,
  scaledTruths,
  softmaxScales,
  statefulCalls,
} from "./peers/rope-parameters.ts";
import { kerasRope, onnxRotations, permutedRows, ropes, ropeTables, rotateKernels } from "./peers/ropes.ts";
import { sinusoids } from "./peers/sinusoids.ts";
import { detr, mae, maeLine, multidim, timingNd, timmFourier, timmSincos } from "./peers/spaces.ts";
import { truths, xposTruths } from "./peers/truths.ts";
import { swin2Tables, swinBias } from "./peers/windows.ts";
import { type ReferenceCase, reference, referenceFolder } from "./reference.ts";

/** Who computes what, by file, and by the part of a case's id before the slash; `*` for all others. */
const peers: Record<string, Record<string, Peer>> = {
  sinusoid_1d: { "*": sinusoids },
  sinusoid_nd: {
    detr,
    mae,
    "mae-1d": maeLine,
    "tatp22-1d": multidim,
    "tatp22-2d": multidim,
    "tatp22-3d": multidim,
    "timm-sincos2d": timmSincos,
    "timm-fourier": timmFourier,
  },
  fourier_features: {
    nerf: nerfs,
    "gaussian-ff": gaussians,
    "mipnerf-pos-enc": mipNerfs,
    "mipnerf-ipe": integrated,
  },
  interp: { "dino-scale-factor-offset": resizes(0.1), "*": resizes() },
  keras_tf: { "keras-rope": kerasRope, "keras-alibi": kerasBias, "t2t-nd": timingNd, "*": sinusoids },
  rope_apply_1d: { "flash-attn": rotateKernels, "permute-qk": permutedRows, "*": ropes },
  rope_cos_sin: { "dynamic-stateful": statefulCalls, "*": ropeTables },
  onnx_rotary: { "*": onnxRotations },
  hf_rope_params: { "*": configs },
  peer_rope_params: { "deepseek-softmax-scale": softmaxScales, "*": otherCodes },
  rope_mrope: { "qwen2-vl-index": multimodalPositions, "*": mropes },
  rope_2d: {
    pixtral,
    "qwen2-vl-vision": qwenVision,
    "gemma4-vision": gemmaVision,
    "llama4-vision": llamaVision,
    dinov3: dino,
    "rope-vit-axial": ropeVit,
    "rope-vit-mixed": ropeVit,
    "mistral-2d": mistralGrid,
    "torchtune-vision": llamaVision,
    "timm-rot": timmRotary,
  },
  rope_lucidrains: {
    lucid,
    "lucid-xpos": lucidXpos,
    "lucid-axial": lucidAxial,
    "x-transformers": xTransformers,
    "torchscale-xpos": torchscale,
    "flash-attn-xpos": flashXpos,
  },
  alibi: {
    slopes: slopeLists,
    "press-bias": pressBias,
    "mpt-slopes": mptBias,
    "bloom-bias": bloomBias,
    falcon: falconBias,
    "xt-alibi": symmetricBias,
  },
  t5_buckets: {
    bidirectional: t5BucketNumbers,
    causal: t5BucketNumbers,
    bias: t5Scores,
    "xt-bias": scaledScores,
    "deberta-v2-log": debertaBucketNumbers,
  },
  other_bias: {
    "xt-dynamic-bias": dynamicScores,
    "kerple-log": kerpleLog,
    "kerple-power": kerplePower,
    fire: fireScores,
    swin: swinBias,
    "swinv2-coords": swin2Tables,
    "xt-cope": copeBias,
    "xt-forget-gate": forgetGates,
    "transfo-xl-rel-shift": relativeShift,
    "transfo-xl-pos-emb": relativeSinusoids,
    xlnet,
  },
  truth: { scaled: scaledTruths, "*": truths },
  truth_scaled: { "*": scaledTables },
  truth_xpos: { "*": xposTruths },
  truth_far: { "*": truths },
};

/** Outputs that are no encodings: positions that a peer counted from tokens are what our encoder is given. */
const GIVEN: Record<string, readonly string[]> = { "fairseq-forward": ["positions"] };

/** Of the family, or of the project that its name begins with. */
function peerOf(name: string, family: string): Peer | undefined {
  const known = peers[name] ?? {};
  return known[family] ?? known[family.split("-")[0]!] ?? known["*"];
}

const familyOf = ({ id }: ReferenceCase): string => id.split("/")[0]!;
/** Another folder of files of this format may be put in the place of ours. */
const folder = process.env.POSENC_REFERENCE ?? referenceFolder;
const files = readdirSync(folder).flatMap((name) =>
  name.endsWith(".json") ? [name.slice(0, -".json".length)] : [],
);
const isMissing = (result: readonly Comparison[] | Missing): result is Missing => "missing" in result;

test("there are cases", () => {
  expect(files).not.toHaveLength(0);
});

describe.each(files)("independent implementations: %s", (name) => {
  for (const entry of reference(name, folder)) {
    test(entry.id, () => {
      const peer = peerOf(name, familyOf(entry));
      const result = peer?.(entry) ?? { missing: "a comparison for this family" };
      if (isMissing(result)) throw new Error(`nothing handles ${entry.id}: ${result.missing}`);
      const covered = new Set([...result.map(({ output }) => output), ...(GIVEN[familyOf(entry)] ?? [])]);
      const theirs = [...Object.keys(entry.outputs), ...Object.keys(entry.plain)];
      expect([...covered].sort()).toEqual(theirs.sort());
      for (const { what, got, want, tolerance } of result) expectWithin(got, want, tolerance, what);
    });
  }
});

describe("the loader", () => {
  const stored = (tensor: object) => {
    const from = mkdtempSync(join(tmpdir(), "posenc-"));
    writeFileSync(join(from, "x.f32"), new Uint8Array(Float32Array.of(1.5, -2, 3.25).buffer));
    writeFileSync(join(from, "x.json"), JSON.stringify({ cases: [{ id: "a/b", outputs: { t: tensor } }] }));
    return () => reference("x", from)[0]!.outputs.t;
  };
  const tensor = { dtype: "float32", shape: [2], bin: "x.f32", offset: 1, length: 2 };

  test("reads elements from an offset on", () => {
    expect(Array.from(stored(tensor)()!.data)).toEqual([-2, 3.25]);
  });

  test("rejects a tensor that ends beyond its file, or does not fill its shape", () => {
    expect(stored({ ...tensor, shape: [3], length: 3 })).toThrow(
      new RangeError("x.json: a/b: t must end within x.f32 (12 bytes), got offset 1 and length 3"),
    );
    expect(stored({ ...tensor, length: 1 })).toThrow(
      new RangeError("x.json: a/b: t must have 2 values for shape [2], got 1"),
    );
    expect(stored({ dtype: "float32", shape: [2, 2], data: [1, 2, 3] })).toThrow(
      new RangeError("x.json: a/b: t must have 4 values for shape [2,2], got 3"),
    );
  });
});
