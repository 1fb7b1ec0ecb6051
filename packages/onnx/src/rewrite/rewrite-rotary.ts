import { create, toBinary } from "@bufbuild/protobuf";
import { checks } from "@posenc/core";
import { type ModelProto, ModelProtoSchema, type NodeProto, OperatorSetIdProtoSchema } from "onnx-buf";
import type { RotaryTarget } from "../fused-rotary.ts";
import { checkModel } from "../read/check-model.ts";
import { type ReadModelOptions, readFor } from "../read/read-model.ts";
import {
  type Edits,
  editGraphs,
  type LeftRotaryEmbedding,
  nameOf,
  placeOf,
  type RewrittenRotary,
} from "./edit.ts";
import { findRotary } from "./find-rotary.ts";
import { type FusedTarget, fuse } from "./fuse.ts";
import { inlineFunctions } from "./inline-functions.ts";
import { MICROSOFT } from "./nodes.ts";
import { opsetOf, raiseOpset, whyNotRaise } from "./raise-opset.ts";
import { scopesOf } from "./scope.ts";
import { fusedOf, unfuse } from "./unfuse.ts";

export interface RewrittenModel {
  /** The file; the bytes that were given where nothing was rewritten. */
  readonly bytes: Uint8Array;
  readonly rewritten: readonly RewrittenRotary[];
  readonly left: readonly LeftRotaryEmbedding[];
}

const WHO = "rewriteRotary";
const OPSET = 23;
const OLDEST = 11;

/**
 * Finds rotary embeddings in an ONNX file and writes them otherwise.
 *
 * To "ai.onnx" (opset 23) or "com.microsoft": what a graph spells out in Slice, Neg, Concat, Mul and Add, as PyTorch's
 * exporters write it, becomes one RotaryEmbedding. Both pairings are found, partial rotation, turning back, and
 * cosines that are there twice where it can be proven. The other domain's operator is rewritten, too. To
 * "primitives": RotaryEmbedding of either domain becomes plain operators. Local functions are opened first. For
 * "ai.onnx" the opset of an older file is raised where all its operators allow that.
 *
 * What was found is listed, what was left too, with the reason. Inputs, outputs and their names stay.
 *
 * @throws TypeError, RangeError for a bad target, or a file that {@link readModel} refuses
 */
export function rewriteRotary(
  bytes: Uint8Array,
  target: RotaryTarget,
  options: ReadModelOptions = {},
): RewrittenModel {
  checks.checkOneOf(WHO, "target", target, ["ai.onnx", MICROSOFT, "primitives"]);
  const model = inlineFunctions(WHO, readFor(WHO, bytes, options));
  const opset = opsetOf(model);
  const edits = target === "primitives" ? toPrimitives(model, opset) : toFused(model, opset, target);
  if (edits.rewritten.length === 0) return { bytes, ...edits };
  checkModel(WHO, model, options.maxDepth ?? 16);
  return { bytes: toBinary(ModelProtoSchema, model), ...edits };
}

const tooOld = (opset: number): string | undefined =>
  opset < OLDEST ? `its opset is ${opset}, and only files from ${OLDEST} on are rewritten` : undefined;

/** @param bodies takes the nodes that each operator became */
function toPrimitives(
  model: ModelProto,
  opset: number,
  only?: FusedTarget,
  bodies = new Map<NodeProto, RewrittenRotary>(),
): Edits {
  const edits: Edits = { rewritten: [], left: [] };
  editGraphs(model, opset, (scope, draft, replace) => {
    for (const node of [...scope.graph.node]) {
      const fused = fusedOf(scope, node);
      if (fused === undefined || (only !== undefined && fused.target !== only)) continue;
      const why = tooOld(opset);
      const layout = why === undefined ? unfuse(node, draft) : { why };
      if (typeof layout !== "string") {
        draft.drop();
        edits.left.push({ place: placeOf(scope, node), why: layout.why });
        continue;
      }
      const body = replace(node, []);
      const { target: form, pairing, rotaryDim } = fused;
      const rewritten: RewrittenRotary = {
        nodes: [nameOf(node)],
        output: node.output[0]!,
        form,
        pairing,
        layout,
        rotaryDim,
        where: scope.place,
      };
      edits.rewritten.push(rewritten);
      for (const each of body) bodies.set(each, rewritten);
    }
  });
  return edits;
}

function toFused(model: ModelProto, opset: number, target: FusedTarget): Edits {
  const edits: Edits = { rewritten: [], left: [] };
  const bodies = new Map<NodeProto, RewrittenRotary>();
  edits.left.push(...toPrimitives(model, opset, target === MICROSOFT ? "ai.onnx" : MICROSOFT, bodies).left);

  const reason =
    tooOld(opset) ?? (target === "ai.onnx" && opset < OPSET ? whyNotRaise(model, OPSET) : undefined);
  if (reason !== undefined) {
    for (const scope of scopesOf(model.graph!, opset)) {
      const { patterns, left } = findRotary(scope);
      for (const { last } of patterns) edits.left.push({ place: placeOf(scope, last), why: reason });
      for (const { node, why } of left) edits.left.push({ place: placeOf(scope, node), why });
    }
    return edits;
  }
  if (target === "ai.onnx" && opset < OPSET) raiseOpset(model, OPSET);
  editGraphs(model, opsetOf(model), (scope, draft, replace) => {
    const { patterns, left } = findRotary(scope);
    for (const { node, why } of left) edits.left.push({ place: placeOf(scope, node), why });
    for (const pattern of patterns) {
      const fused = fuse(pattern, draft, target);
      if ("why" in fused) {
        draft.drop();
        edits.left.push({ place: placeOf(scope, pattern.last), why: fused.why });
        continue;
      }
      const { layout, rotaryDim, replaced } = fused;
      const { pairing, last } = replaced;
      replace(last, replaced.nodes);
      const was = [...replaced.nodes].map((node) => bodies.get(node)).find((each) => each !== undefined);
      edits.rewritten.push({
        nodes: was?.nodes ?? scope.graph.node.filter((node) => replaced.nodes.has(node)).map(nameOf),
        output: was?.output ?? last.output[0]!,
        form: was?.form ?? pattern.form,
        pairing,
        layout,
        rotaryDim,
        where: scope.place,
      });
    }
  });
  if (target === MICROSOFT && !model.opsetImport.some(({ domain }) => domain === MICROSOFT))
    model.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: MICROSOFT, version: 1n }));
  return edits;
}
