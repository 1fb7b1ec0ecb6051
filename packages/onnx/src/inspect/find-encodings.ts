import type { Pairing } from "@posenc/core";
import type { GraphProto, ModelProto, NodeProto } from "onnx-buf";
import { type Draft, draft } from "../rewrite/draft.ts";
import { nameOf, placeOf } from "../rewrite/edit.ts";
import { findRotary, type RotaryForm } from "../rewrite/find-rotary.ts";
import { type FusedTarget, fuse, type RotaryLayout } from "../rewrite/fuse.ts";
import { inlineFunctions, namesOf } from "../rewrite/inline-functions.ts";
import { MICROSOFT, subgraphsOf } from "../rewrite/nodes.ts";
import { opsetOf } from "../rewrite/raise-opset.ts";
import { scopesOf } from "../rewrite/scope.ts";
import { fusedOf } from "../rewrite/unfuse.ts";

/** A position encoding that a file has, and how that is known. */
export type FoundEncoding =
  /** The metadata entry `posenc.encoder`; `encoder` is null where that is no JSON. */
  | { readonly by: "metadata"; readonly encoder: unknown }
  /** Calls of a local function of the domain `posenc`. */
  | { readonly by: "function"; readonly name: string; readonly nodes: readonly string[] }
  /** The operator RotaryEmbedding. */
  | {
      readonly by: "operator";
      readonly domain: FusedTarget;
      readonly node: string;
      readonly pairing: Pairing;
      /** null where the axes of the input tell. */
      readonly heads: number | null;
      readonly rotaryDim: number | null;
      readonly where: string;
    }
  /** A rotation that plain operators spell out. */
  | {
      readonly by: "pattern";
      readonly form: RotaryForm;
      readonly node: string;
      readonly pairing: Pairing;
      readonly layout: RotaryLayout | null;
      readonly rotaryDim: number | null;
      readonly where: string;
      /** Why `rewriteRotary` would leave it. */
      readonly why?: string;
    }
  /** Something like a rotation that could not be made out. */
  | { readonly by: "unclear"; readonly place: string; readonly why: string };

/** Opens the local functions of `model`. */
export function findEncodings(who: string, model: ModelProto): FoundEncoding[] {
  const found: FoundEncoding[] = [];
  const text = model.metadataProps.find(({ key }) => key === "posenc.encoder")?.value;
  if (text !== undefined) found.push({ by: "metadata", encoder: parsed(text) });
  for (const [name, nodes] of callsOf(model.graph!)) found.push({ by: "function", name, nodes });

  inlineFunctions(who, model);
  const taken = namesOf(model.graph!);
  for (const scope of scopesOf(model.graph!, opsetOf(model))) {
    for (const node of scope.graph.node) {
      const fused = fusedOf(scope, node);
      if (fused === undefined) continue;
      found.push({
        by: "operator",
        domain: fused.target,
        node: nameOf(node),
        pairing: fused.pairing,
        heads: fused.heads > 0 ? fused.heads : null,
        rotaryDim: fused.rotaryDim ?? null,
        where: scope.place,
      });
    }
    const { patterns, left } = findRotary(scope);
    const pen: Draft = draft(scope, taken);
    for (const pattern of patterns) {
      const fused = fuse(pattern, pen, MICROSOFT);
      pen.drop();
      const refused = "why" in fused;
      found.push({
        by: "pattern",
        form: pattern.form,
        node: nameOf(pattern.last),
        pairing: pattern.pairing,
        layout: refused ? null : fused.layout,
        rotaryDim: refused ? null : (fused.rotaryDim ?? null),
        where: scope.place,
        ...(refused && { why: fused.why }),
      });
    }
    for (const { node, why } of left) found.push({ by: "unclear", place: placeOf(scope, node), why });
  }
  return found;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Nodes of the domain `posenc`, by function. */
function callsOf(graph: GraphProto, calls = new Map<string, string[]>()): Map<string, string[]> {
  const visit = (node: NodeProto) => {
    if (node.domain === "posenc") {
      const nodes = calls.get(node.opType) ?? [];
      nodes.push(nameOf(node));
      calls.set(node.opType, nodes);
    }
    for (const { graph: inner } of subgraphsOf(node)) callsOf(inner, calls);
  };
  for (const node of graph.node) visit(node);
  return calls;
}
