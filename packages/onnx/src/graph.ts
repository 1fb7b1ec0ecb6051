import type { Description, DType } from "@posenc/core";
import {
  type Attributes,
  type Dim,
  type ElementType,
  type GraphParts,
  type HostData,
  modelBytes,
} from "./proto.ts";

/** A tensor that the graph will compute. Its sizes are not known, only how many axes it has. */
export interface Edge {
  readonly name: string;
  readonly type: ElementType;
  readonly rank: number;
}

export interface Result {
  readonly type: ElementType;
  readonly rank: number;
}

/** An ONNX graph being built. Two nodes with the same operator, inputs and attributes become one. */
export interface Graph {
  /** @throws RangeError where the name is taken */
  input(name: string, type: DType, dims: readonly Dim[]): Edge;
  /** Host data inside the graph; the same data and shape give the same edge. */
  constant(data: HostData, shape: readonly number[]): Edge;
  /** Host data under a name of its own, such as a trained weight. @throws RangeError where the name is taken */
  parameter(name: string, data: HostData, shape: readonly number[]): Edge;
  /** An operator of opset 17 with one result. */
  node(operator: string, inputs: readonly Edge[], result: Result, attributes?: Attributes): Edge;
  /** An operator with several results. */
  nodes(
    operator: string,
    inputs: readonly Edge[],
    results: readonly Result[],
    attributes?: Attributes,
  ): Edge[];
  /** Makes `edge` a result of the graph; `dims` may be left out. @throws RangeError where the name is taken */
  output(name: string, edge: Edge, dims?: readonly Dim[]): void;
  /** What is known of the lengths: those of constants, parameters and inputs. */
  shapeOf(edge: Edge): Description["shape"];
  /** The file: a serialised ModelProto, IR version 8, opset 17. */
  toBytes(): Uint8Array;
}

export interface GraphOptions {
  readonly name?: string;
  /** `metadata_props` of the file. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export function graph({ name = "posenc", metadata = {} }: GraphOptions = {}): Graph {
  const parts: GraphParts = { name, metadata, inputs: [], outputs: [], tensors: [], nodes: [] };
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  const shapes = new Map<string, Description["shape"]>();
  const constants = new Map<string, { readonly edge: Edge; readonly data: HostData }[]>();
  const known = new Map<string, Edge[]>();

  function claim(name: string): string {
    if (taken.has(name)) throw new RangeError(`graph: name must be new, got ${JSON.stringify(name)} again`);
    taken.add(name);
    return name;
  }

  function fresh(operator: string): string {
    const count = (counts.get(operator) ?? 0) + 1;
    counts.set(operator, count);
    const name = `${operator}_${count}`;
    return taken.has(name) ? fresh(operator) : claim(name);
  }

  function tensor(name: string, data: HostData, shape: readonly number[]): Edge {
    parts.tensors.push({ name, data, shape });
    shapes.set(name, shape);
    return { name, type: typeOf(data), rank: shape.length };
  }

  function nodes(
    operator: string,
    inputs: readonly Edge[],
    results: readonly Result[],
    attributes: Attributes = {},
  ): Edge[] {
    const operands = inputs.map((edge) => edge.name);
    const key = JSON.stringify([operator, operands, results.length, attributes]);
    const found = known.get(key);
    if (found) return found;
    const name = fresh(operator);
    const edges = results.map(({ type, rank }, i) => ({
      name: results.length === 1 ? name : claim(`${name}.${i}`),
      type,
      rank,
    }));
    parts.nodes.push({
      name,
      operator,
      inputs: operands,
      outputs: edges.map((edge) => edge.name),
      attributes,
    });
    known.set(key, edges);
    return edges;
  }

  return {
    input(name, type, dims) {
      claim(name);
      parts.inputs.push({ name, type, dims });
      shapes.set(
        name,
        dims.map((dim) => (typeof dim === "number" ? dim : undefined)),
      );
      return { name, type, rank: dims.length };
    },

    constant(data, shape) {
      const key = `${typeOf(data)} ${shape}`;
      const alike = constants.get(key) ?? [];
      const found = alike.find((entry) => sameData(entry.data, data));
      if (found) return found.edge;
      const edge = tensor(fresh("constant"), data, shape);
      constants.set(key, [...alike, { edge, data }]);
      return edge;
    },

    parameter: (name, data, shape) => tensor(claim(name), data, shape),
    node: (operator, inputs, result, attributes) => nodes(operator, inputs, [result], attributes)[0]!,
    nodes,

    output(name, edge, dims = new Array(edge.rank).fill(undefined)) {
      claim(name);
      parts.outputs.push({ name, type: edge.type, dims, edge: edge.name });
    },

    shapeOf: ({ name, rank }) => shapes.get(name) ?? new Array(rank).fill(undefined),
    toBytes: () => modelBytes(parts),
  };
}

function typeOf(data: HostData): ElementType {
  if (data instanceof Float32Array) return "float32";
  return data instanceof Float64Array ? "float64" : "int32";
}

function sameData(a: HostData, b: HostData): boolean {
  return a === b || (a.length === b.length && a.every((value: number, i: number) => Object.is(value, b[i])));
}
