import type { GraphProto, ModelProto, NodeProto, TensorProto } from "onnx-buf";
import { type Draft, draft } from "./draft.ts";
import type { RotaryLayout } from "./fuse.ts";
import { namesOf } from "./inline-functions.ts";
import { prune } from "./prune.ts";
import { type Scope, scopesOf } from "./scope.ts";

/** A rotation that was replaced. */
export interface RewrittenRotary {
  /** The nodes that were replaced, by name (or by what they compute, where they have none). */
  readonly nodes: readonly string[];
  /** The edge that has the result, as before. */
  readonly output: string;
  /** How it was written: a spelling, or the domain of the fused operator. */
  readonly form: "rotate_half" | "rotate_every_two" | "pairs" | "ai.onnx" | "com.microsoft";
  readonly pairing: "halves" | "interleaved";
  readonly layout: RotaryLayout;
  /** How many leading dimensions of a head are turned; undefined where only a run tells. */
  readonly rotaryDim: number | undefined;
  /** The graph it is in: "graph", or a branch or loop within it. */
  readonly where: string;
}

/** A rotation that was left as it is. */
export interface LeftRotaryEmbedding {
  readonly place: string;
  readonly why: string;
}

export interface Edits {
  readonly rewritten: RewrittenRotary[];
  readonly left: LeftRotaryEmbedding[];
}

/** Replaces a node by what was drafted, which makes the same edge, and gives that. */
export type Replace = (node: NodeProto, replaced: Iterable<NodeProto>) => readonly NodeProto[];

/**
 * Lets `work` draft nodes for every graph of a model, the inner ones first, and puts them in. Nodes whose results nobody takes any more go.
 */
export function editGraphs(
  model: ModelProto,
  opset: number,
  work: (scope: Scope, draft: Draft, replace: Replace) => void,
): void {
  const taken = namesOf(model.graph!);
  for (const scope of scopesOf(model.graph!, opset).reverse()) {
    const pen = draft(scope, taken);
    const added = new Map<NodeProto, NodeProto[]>();
    const tensors: TensorProto[] = [];
    const suspects = new Set<NodeProto>();
    work(scope, pen, (node, replaced) => {
      const { nodes, tensors: more } = pen.take();
      added.set(node, nodes);
      tensors.push(...more);
      for (const each of replaced) if (each !== node) suspects.add(each);
      for (const edge of node.input) {
        const producer = scope.owns(edge) ? scope.producer(edge) : undefined;
        if (producer) suspects.add(producer);
      }
      return nodes;
    });
    if (added.size > 0) insert(scope.graph, added, tensors, suspects);
  }
}

function insert(
  graph: GraphProto,
  added: ReadonlyMap<NodeProto, NodeProto[]>,
  tensors: readonly TensorProto[],
  suspects: ReadonlySet<NodeProto>,
): void {
  const freed = new Set([...added.keys()].flatMap(({ input }) => input));
  graph.node = graph.node.flatMap((node) => added.get(node) ?? [node]);
  graph.initializer.push(...tensors);
  prune(graph, suspects, freed);
}

export const nameOf = ({ name, output }: NodeProto): string => name || output.find((edge) => edge) || "";
export const placeOf = (scope: Scope, node: NodeProto): string =>
  `${scope.place}, ${node.opType} ${JSON.stringify(nameOf(node))}`;
