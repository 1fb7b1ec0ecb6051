import type { Description } from "@posenc/core";
import {
  type Attributes,
  type ElementType,
  elementType,
  type FunctionParts,
  type HostData,
  type NodeParts,
  type TensorParts,
} from "./proto.ts";

/** A tensor that the graph will compute. Its sizes are not known, only how many axes it has. */
export interface Edge {
  readonly name: string;
  readonly type: ElementType;
  readonly rank: number;
}

/** What runs together: the graph itself, or the body of a function. */
export interface Scope {
  /** Begins the names of what is made here; none for the graph itself. */
  readonly prefix: string;
  readonly nodes: NodeParts[];
  readonly tensors: TensorParts[];
  /** Names of all that is made here. */
  readonly made: Set<string>;
  /** Nodes by what they do, so that none is there twice. */
  readonly known: Map<string, Edge[]>;
  readonly constants: Map<string, { readonly edge: Edge; readonly data: HostData }[]>;
  readonly counts: Map<string, number>;
}

export function scope(prefix = ""): Scope {
  return {
    prefix,
    nodes: [],
    tensors: [],
    made: new Set(),
    known: new Map(),
    constants: new Map(),
    counts: new Map(),
  };
}

export type Body = Pick<Scope, "nodes" | "tensors">;

/** The nodes on which `results` depend, and the tensors they read. */
export function needed({ nodes, tensors }: Body, results: Iterable<string>): Body {
  const wanted = new Set(results);
  const kept = nodes
    .toReversed()
    .filter(({ inputs, outputs }) => {
      const used = outputs.some((name) => wanted.has(name));
      if (used) for (const name of inputs) wanted.add(name);
      return used;
    })
    .toReversed();
  return { nodes: kept, tensors: tensors.filter(({ name, kept }) => kept || wanted.has(name)) };
}

/** A scope as a function of the file, under names of its own, so that equal bodies are equal whatever they are called with. */
export function functionOf(
  name: string,
  { prefix }: Scope,
  { nodes, tensors }: Body,
  inputs: readonly string[],
  outputs: readonly string[],
): FunctionParts {
  const formal = new Map(inputs.map((name, i) => [name, `in_${i + 1}`]));
  const own = (name: string) => formal.get(name) ?? name.slice(prefix.length);
  return {
    name,
    inputs: inputs.map(own),
    outputs: outputs.map(own),
    tensors: tensors.map((tensor) => ({ ...tensor, name: own(tensor.name) })),
    nodes: nodes.map((node) => ({
      ...node,
      name: own(node.name),
      inputs: node.inputs.map(own),
      outputs: node.outputs.map(own),
    })),
  };
}

export function sameBody(a: FunctionParts, b: FunctionParts): boolean {
  const shape = ({ inputs, outputs, tensors, nodes }: FunctionParts) =>
    JSON.stringify([inputs, outputs, nodes, tensors.map(({ name, shape }) => [name, shape])]);
  return shape(a) === shape(b) && a.tensors.every(({ data }, i) => sameData(data, b.tensors[i]!.data));
}

export function sameData(a: HostData, b: HostData): boolean {
  if (a === b) return true;
  if (elementType(a) !== elementType(b) || a.length !== b.length) return false;
  return a.every((value: number, i: number) => Object.is(value, b[i]));
}

export interface NodeOf {
  readonly operator: string;
  readonly inputs: readonly Edge[];
  readonly attributes: Attributes;
  /** Which of the node's results the edge is. */
  readonly index: number;
}

export type Shape = Description["shape"];

type Nested<R> = R | readonly Nested<R>[] | { readonly [name: string]: Nested<R> };

/** All edges of a result, in order. */
export function edgesIn(value: unknown): Edge[] {
  if (isEdge(value)) return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value as Record<string, Nested<unknown>>).flatMap(edgesIn);
}

/** The same result with other edges. */
export function withEdges<R>(value: R, replace: (edge: Edge) => Edge): R {
  if (isEdge(value)) return replace(value) as R;
  if (Array.isArray(value)) return value.map((part) => withEdges(part, replace)) as R;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, withEdges(part, replace)]);
  return Object.fromEntries(entries) as R;
}

function isEdge(value: unknown): value is Edge {
  const { name, type, rank } = (value ?? {}) as Partial<Edge>;
  return typeof name === "string" && typeof type === "string" && typeof rank === "number";
}
