/**
 * An ONNX graph being built.
 *
 * Nodes are added in the order in which they run, and two that do the same become one. What is built inside
 * `box(name, body)` becomes a local function of the file, which a viewer shows as one node that opens: the body
 * uses edges of the graph as it likes, and those from outside become the function's inputs. A tensor made inside
 * is a Constant of the function, since functions have no initialisers.
 */
import {
  type Attributes,
  byteLength,
  type Dim,
  type Domain,
  elementType,
  type FunctionParts,
  type GraphParts,
  type HostData,
  LEAST_OPSET,
  modelBytes,
  type NodeParts,
  rawBytes,
  type TensorParts,
} from "./proto.ts";
import {
  type Edge,
  edgesIn,
  functionOf,
  type NodeOf,
  needed,
  type Scope,
  type Shape,
  sameBody,
  sameData,
  scope,
  withEdges,
} from "./scope.ts";

export type { Edge } from "./scope.ts";

export type Result = Pick<Edge, "type" | "rank">;

export interface Graph {
  readonly opset: number;
  /** @throws RangeError where the name is taken */
  input(name: string, type: Edge["type"], dims: readonly Dim[]): Edge;
  /** Host data inside the graph; the same data and shape give the same edge. */
  constant(data: HostData, shape: readonly number[]): Edge;
  /** Host data under a name of its own, such as a trained weight. @throws RangeError where the name is taken */
  parameter(name: string, data: HostData, shape: readonly number[]): Edge;
  /** An operator of `opset` with one result, or of another domain. */
  node(
    operator: string,
    inputs: readonly Edge[],
    result: Result,
    attributes?: Attributes,
    domain?: Domain,
  ): Edge;
  /** An operator with several results. */
  nodes(
    operator: string,
    inputs: readonly Edge[],
    results: readonly Result[],
    attributes?: Attributes,
    domain?: Domain,
  ): Edge[];
  /** What `body` builds, as a function of the file; its result may be an edge, or an array or record of edges. */
  box<R>(name: string, body: () => R): R;
  /** Makes `edge` a result of the graph; `dims` may be left out. @throws RangeError where the name is taken */
  output(name: string, edge: Edge, dims?: readonly Dim[]): void;
  /** What is known of the lengths: those of constants, parameters and inputs. */
  shapeOf(edge: Edge): Shape;
  /** Lengths and their names, of inputs. */
  dimsOf(edge: Edge): readonly Dim[] | undefined;
  /** The node that makes an edge, if one does. */
  nodeOf(edge: Edge): NodeOf | undefined;
  /** The values of a constant; none of what is computed, or given from outside. */
  dataOf(edge: Edge): HostData | undefined;
  /** The file: a serialised ModelProto. */
  toBytes(): Uint8Array;
  /** The file without its parameters, and their bytes as they lie in the file `location` beside it, piece by piece. */
  toFiles(location: string): GraphFiles;
}

export interface GraphFiles {
  readonly model: Uint8Array;
  /** Views of the parameters, not copies; padding between them. */
  readonly data: readonly Uint8Array[];
}

export interface GraphOptions {
  readonly name?: string;
  /** `metadata_props` of the file. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** 17 (IR version 8) unless given, up to 26. */
  readonly opset?: number;
  /** Other names for inputs and outputs, by ours. */
  readonly names?: Readonly<Record<string, string>>;
  /** Other names for the lengths of inputs and outputs, or numbers that fix them, by our names. */
  readonly axes?: Readonly<Record<string, Dim>>;
}

/** Tensors in a file of their own begin at a multiple of this. */
const ALIGNMENT = 4096;
/** What a protobuf message can hold, less 64 KiB for all that is no tensor. */
const MOST_BYTES = 2 ** 31 - 2 ** 16;

export function graph(options: GraphOptions = {}): Graph {
  const { name = "posenc", metadata = {}, opset = LEAST_OPSET, names = {}, axes = {} } = options;
  const root = scope();
  /** `own` is our name, where the file has another. */
  const inputs: (GraphParts["inputs"][number] & { readonly own: string })[] = [];
  const outputs: (GraphParts["outputs"][number] & { readonly own: string })[] = [];
  const taken = new Set<string>();
  const reserved = new Set(Object.values(names));
  const shapes = new Map<string, Shape>();
  const producers = new Map<string, NodeOf>();
  const edges = new Map<string, Edge>();
  const constantData = new Map<string, HostData>();
  const functions: { readonly title: string; readonly parts: FunctionParts }[] = [];
  const scopes: Scope[] = [root];
  let boxes = 0;

  const here = () => scopes.at(-1)!;
  const renamed = (dims: readonly (Dim | undefined)[]) =>
    dims.map((dim) => (typeof dim === "string" ? (axes[dim] ?? dim) : dim));

  function claim(name: string): string {
    if (taken.has(name)) throw new RangeError(`graph: name must be new, got ${JSON.stringify(name)} again`);
    taken.add(name);
    return name;
  }

  function fresh(operator: string): string {
    const { counts, prefix } = here();
    const count = (counts.get(operator) ?? 0) + 1;
    counts.set(operator, count);
    const name = `${prefix}${operator}_${count}`;
    return taken.has(name) || reserved.has(name) ? fresh(operator) : claim(name);
  }

  function known(edge: Edge): Edge {
    edges.set(edge.name, edge);
    return edge;
  }

  function tensor(name: string, data: HostData, shape: readonly number[], kept: boolean): Edge {
    const at = kept ? root : here();
    at.tensors.push({ name, data, shape, kept });
    at.made.add(name);
    shapes.set(name, shape);
    return known({ name, type: elementType(data), rank: shape.length });
  }

  function nodes(
    operator: string,
    inputs: readonly Edge[],
    results: readonly Result[],
    attributes: Attributes = {},
    domain: Domain = "",
  ): Edge[] {
    const operands = inputs.map((edge) => edge.name);
    const key = JSON.stringify([domain, operator, operands, results.length, attributes]);
    const at = here();
    const found = at.known.get(key);
    if (found) return found;
    const name = fresh(operator);
    const edges = results.map(({ type, rank }, i) => ({
      name: results.length === 1 ? name : claim(`${name}.${i}`),
      type,
      rank,
    }));
    at.nodes.push({
      name,
      domain,
      operator,
      inputs: operands,
      outputs: edges.map((edge) => edge.name),
      attributes,
    });
    edges.forEach((edge, index) => {
      at.made.add(known(edge).name);
      producers.set(edge.name, { operator, inputs, attributes, index });
    });
    at.known.set(key, edges);
    return edges;
  }

  function box<R>(name: string, body: () => R): R {
    const title = name.replaceAll(/\W+/g, "_");
    const inner = scope(`${++boxes}/`);
    scopes.push(inner);
    let result: R;
    try {
      result = body();
    } finally {
      scopes.pop();
    }
    const results = new Map(edgesIn(result).map((edge) => [edge.name, edge]));
    for (const name of results.keys()) if (!inner.made.has(name)) results.delete(name);
    if (results.size === 0) return result;
    const kept = needed(inner, results.keys());
    const captured = new Set(
      kept.nodes.flatMap(({ inputs }) => inputs).filter((name) => !inner.made.has(name)),
    );
    const made = functionOf(title, inner, kept, [...captured], [...results.keys()]);
    const calls = nodes(
      functionNamed(made),
      [...captured].map((name) => edges.get(name)!),
      [...results.values()],
      {},
      "posenc",
    );
    const outside = new Map([...results.keys()].map((name, i) => [name, calls[i]!]));
    return withEdges(result, (edge) => outside.get(edge.name) ?? edge);
  }

  /** The name of a function with this body: one that is there already, or a new one. */
  function functionNamed(body: FunctionParts): string {
    const alike = functions.filter(({ title }) => title === body.name);
    const found = alike.find(({ parts }) => sameBody(parts, body));
    if (found) return found.parts.name;
    const name = alike.length === 0 ? body.name : `${body.name}_${alike.length + 1}`;
    functions.push({ title: body.name, parts: { ...body, name } });
    return name;
  }

  function parts(
    tensors: (all: readonly TensorParts[]) => readonly TensorParts[] = (all) => all,
  ): GraphParts {
    const known = [...inputs, ...outputs].map(({ own }) => own);
    const unknown = Object.keys(names).find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new RangeError(
        `graph: unknown input or output ${JSON.stringify(unknown)} in names; it has ${known.join(", ")}`,
      );
    }
    const body = needed(
      root,
      outputs.map(({ edge }) => edge),
    );
    const used = reachable(
      body.nodes,
      functions.map(({ parts }) => parts),
    );
    return {
      name,
      opset,
      metadata,
      inputs,
      outputs,
      nodes: body.nodes,
      tensors: tensors(body.tensors),
      functions: used,
    };
  }

  return {
    opset,

    input(name, type, dims) {
      const called = claim(names[name] ?? name);
      const lengths = renamed(dims);
      inputs.push({ own: name, name: called, type, dims: lengths });
      root.made.add(called);
      shapes.set(
        called,
        lengths.map((dim) => (typeof dim === "number" ? dim : undefined)),
      );
      return known({ name: called, type, rank: dims.length });
    },

    constant(data, shape) {
      const { constants } = here();
      const key = `${elementType(data)} ${shape}`;
      const alike = constants.get(key) ?? [];
      const found = alike.find((entry) => sameData(entry.data, data));
      if (found) return found.edge;
      const edge = tensor(fresh("constant"), data, shape, false);
      constantData.set(edge.name, data);
      constants.set(key, [...alike, { edge, data }]);
      return edge;
    },

    parameter: (name, data, shape) => tensor(claim(name), data, shape, true),
    node: (operator, inputs, result, attributes, domain) =>
      nodes(operator, inputs, [result], attributes, domain)[0]!,
    nodes,
    box,

    output(name, edge, dims = new Array(edge.rank).fill(undefined)) {
      const called = claim(names[name] ?? name);
      outputs.push({ own: name, name: called, type: edge.type, dims: renamed(dims), edge: edge.name });
    },

    shapeOf: ({ name, rank }) => shapes.get(name) ?? new Array(rank).fill(undefined),
    dimsOf: ({ name }) => inputs.find((input) => input.name === name)?.dims as readonly Dim[] | undefined,
    nodeOf: ({ name }) => producers.get(name),
    dataOf: ({ name }) => constantData.get(name),

    toBytes() {
      const all = parts();
      const size = all.tensors.reduce((sum, { data }) => sum + byteLength(data), 0);
      if (size < MOST_BYTES) return modelBytes(all);
      throw new RangeError(
        `graph: an ONNX file must be smaller than 2 GiB, got ${size} bytes of tensors; keep them in a file of their own`,
      );
    },

    toFiles(location) {
      const data: Uint8Array[] = [];
      let offset = 0;
      const all = parts((tensors) =>
        tensors.map((tensor) => {
          if (!tensor.kept) return tensor;
          const padding = (ALIGNMENT - (offset % ALIGNMENT)) % ALIGNMENT;
          const bytes = rawBytes(tensor.data);
          if (padding > 0) data.push(new Uint8Array(padding));
          data.push(bytes);
          const external = { location, offset: offset + padding, length: bytes.length };
          offset += padding + bytes.length;
          return { ...tensor, external };
        }),
      );
      return { model: modelBytes(all), data };
    },
  };
}

/** The functions that the nodes call, and those that they call. */
function reachable(nodes: readonly NodeParts[], functions: readonly FunctionParts[]): FunctionParts[] {
  const called = new Set(nodes.filter(({ domain }) => domain === "posenc").map(({ operator }) => operator));
  for (const { name, nodes } of functions.toReversed()) {
    if (!called.has(name)) continue;
    for (const { domain, operator } of nodes) if (domain === "posenc") called.add(operator);
  }
  return functions.filter(({ name }) => called.has(name));
}
