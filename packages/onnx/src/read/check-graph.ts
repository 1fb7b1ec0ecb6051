import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  type NodeProto,
} from "onnx-buf";
import { checkSparseTensor, checkTensor } from "./check-tensor.ts";
import { quote } from "./quote.ts";

/** Names that a graph sees: its own and those of the graphs around it. */
interface Names {
  readonly own: Set<string>;
  readonly outer?: Names | undefined;
}

const has = (names: Names | undefined, name: string): boolean =>
  names !== undefined && (names.own.has(name) || has(names.outer, name));

/** What a graph may refer to besides edges. */
export interface Surroundings {
  /** Domains of the operators that are imported. */
  readonly domains: ReadonlySet<string>;
  /** Graphs within graphs. */
  readonly depth: number;
  /** Called for each node, subgraphs included. */
  node(node: NodeProto, place: string): void;
}

/** "ai.onnx" is another name of the default domain. */
export const domainName = (domain: string): string => (domain === "ai.onnx" ? "" : domain);

/**
 * Every edge is made once, before it is used; tensors are as long as they say.
 *
 * @throws RangeError naming the place
 */
export function checkGraph(
  place: string,
  graph: GraphProto,
  surroundings: Surroundings,
  outer?: Names,
  level = 1,
): void {
  if (level > surroundings.depth)
    throw new RangeError(`${place} must be at most ${surroundings.depth} graphs deep`);
  const names: Names = { own: new Set(), outer };
  const inputs = new Set<string>();
  for (const { name, type } of graph.input) {
    make(place, names, name, "input");
    inputs.add(name);
    if (level === 1 && type === undefined)
      throw new RangeError(`${place}, input ${quote(name)} must have a type`);
  }
  const tensors = new Set<string>();
  const initialise = (name: string) => {
    if (tensors.has(name) || (names.own.has(name) && !inputs.has(name)))
      throw new RangeError(`${place} must have one initializer ${quote(name)}, got two`);
    tensors.add(name);
    names.own.add(name);
  };
  for (const tensor of graph.initializer) {
    checkTensor(`${place}, initializer ${quote(tensor.name)}`, tensor);
    initialise(tensor.name);
  }
  for (const tensor of graph.sparseInitializer) {
    const name = tensor.values?.name ?? "";
    checkSparseTensor(`${place}, sparse initializer ${quote(name)}`, tensor);
    initialise(name);
  }
  checkNodes(place, graph.node, surroundings, names, level);
  const outputs = new Set<string>();
  for (const { name } of graph.output) {
    if (outputs.has(name)) throw new RangeError(`${place} must have one output ${quote(name)}, got two`);
    if (!has(names, name))
      throw new RangeError(`${place}, output ${quote(name)} must be made by a node, nothing makes it`);
    outputs.add(name);
  }
}

function make(place: string, { own }: Names, name: string, what: string): void {
  if (own.has(name))
    throw new RangeError(`${place} must have each edge made once, got ${what} ${quote(name)} again`);
  own.add(name);
}

/** The body of a graph or function whose inputs are in `names`. */
export function checkNodes(
  place: string,
  nodes: readonly NodeProto[],
  surroundings: Surroundings,
  names: Names,
  level: number,
): void {
  const later = new Set(nodes.flatMap(({ output }) => output));
  for (const [i, node] of nodes.entries()) {
    const { opType, domain, input, output, attribute } = node;
    const here = `${place}, node ${i} (${opType === "" ? "no operator" : opType.slice(0, 80)}${node.name === "" ? "" : ` ${quote(node.name)}`})`;
    if (opType === "") throw new RangeError(`${here} must have an operator`);
    if (!surroundings.domains.has(domainName(domain)))
      throw new RangeError(`${here} must be of a domain in opset_import, got ${quote(domain)}`);
    for (const name of input) {
      if (name === "" || has(names, name)) continue;
      const why = later.has(name)
        ? "which is made at this node or later: the graph has a cycle or is not in order"
        : "which nothing makes";
      throw new RangeError(`${here} must take edges that are there, got ${quote(name)}, ${why}`);
    }
    const known = new Set<string>();
    for (const entry of attribute) {
      if (entry.name === "" || known.has(entry.name))
        throw new RangeError(`${here} must have attributes of different names, got ${quote(entry.name)}`);
      known.add(entry.name);
      checkAttribute(`${here}, attribute ${quote(entry.name)}`, entry, surroundings, names, level);
    }
    surroundings.node(node, here);
    for (const name of output) if (name !== "") make(here, names, name, "output");
  }
}

/** The field of each type that must be there. */
const single: Readonly<Partial<Record<AttributeType, "t" | "g" | "sparseTensor" | "tp">>> = {
  [AttributeType.TENSOR]: "t",
  [AttributeType.GRAPH]: "g",
  [AttributeType.SPARSE_TENSOR]: "sparseTensor",
  [AttributeType.TYPE_PROTO]: "tp",
};

export function checkAttribute(
  place: string,
  attribute: AttributeProto,
  surroundings: Surroundings,
  names: Names,
  level: number,
): void {
  const { type, t, g, sparseTensor, tensors, graphs, sparseTensors } = attribute;
  const field = single[type];
  if (field !== undefined && attribute[field] === undefined && attribute.refAttrName === "")
    throw new RangeError(`${place} of type ${AttributeType[type]} must have a value`);
  for (const tensor of t ? [t, ...tensors] : tensors) checkTensor(place, tensor);
  for (const tensor of sparseTensor ? [sparseTensor, ...sparseTensors] : sparseTensors)
    checkSparseTensor(place, tensor);
  for (const graph of g ? [g, ...graphs] : graphs) checkGraph(place, graph, surroundings, names, level + 1);
}
