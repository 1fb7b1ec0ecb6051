import { toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type TypeProto,
} from "onnx-buf";
import { infer } from "./infer.ts";
import type { Known } from "./inference.ts";
import type { Length } from "./lengths.ts";
import { attributeOf, isOperator, subgraphsOf } from "./nodes.ts";
import { intsOf, sizeOf } from "./tensors.ts";

/** A graph, with what is known of its edges; those of the graphs around it are seen too. */
export interface Scope {
  readonly graph: GraphProto;
  /** Where it is in the file: "graph", or "graph/If_3.then_branch". */
  readonly place: string;
  /** Of the default domain. */
  readonly opset: number;
  readonly outer?: Scope | undefined;
  /** Whether an edge is of this graph, not of one around it. */
  owns(edge: string): boolean;
  known(edge: string): Known;
  producer(edge: string): NodeProto | undefined;
  /** An initializer's or a Constant's. */
  tensor(edge: string): TensorProto | undefined;
  /** A name that two edges share where they are the same values. */
  canonical(edge: string): string;
  /** Who takes an edge of this graph; `undefined` stands for the graph's own outputs. */
  consumers(edge: string): ReadonlySet<NodeProto | undefined>;
}

interface Tables {
  readonly known: Map<string, Known>;
  readonly producers: Map<string, NodeProto>;
  readonly tensors: Map<string, TensorProto>;
  readonly canonical: Map<string, string>;
  readonly consumers: Map<string, Set<NodeProto | undefined>>;
}

/** Of large tensors no copy is made for comparison; they are equal to themselves alone. */
const COMPARED = 64;

/** A graph and all graphs within it, the outermost first. */
export function scopesOf(graph: GraphProto, opset: number, place = "graph", outer?: Scope): Scope[] {
  const tables: Tables = {
    known: new Map(),
    producers: new Map(),
    tensors: new Map(),
    canonical: new Map(),
    consumers: new Map(),
  };
  const { known, producers, tensors, canonical, consumers } = tables;
  const own = (edge: string) => known.has(edge);
  const scope: Scope = {
    graph,
    place,
    opset,
    outer,
    owns: own,
    known: (edge) => known.get(edge) ?? outer?.known(edge) ?? {},
    producer: (edge) => (own(edge) ? producers.get(edge) : outer?.producer(edge)),
    tensor: (edge) => (own(edge) ? tensors.get(edge) : outer?.tensor(edge)),
    canonical: (edge) => (own(edge) ? canonical.get(edge)! : (outer?.canonical(edge) ?? edge)),
    consumers: (edge) => consumers.get(edge) ?? new Set(),
  };
  const declared = declaredOf(graph);
  const add = (edge: string, what: Known, name: string) => {
    known.set(edge, refined(what, declared.get(edge)));
    canonical.set(edge, name);
  };
  const addTensor = (edge: string, tensor: TensorProto) => {
    tensors.set(edge, tensor);
    const values = tensor.dims.length < 2 ? intsOf(tensor) : undefined;
    add(
      edge,
      { type: tensor.dataType, shape: tensor.dims.map(Number), values },
      tensorKey(place, edge, tensor),
    );
  };
  const take = (edge: string, by: NodeProto | undefined) => {
    const list = consumers.get(edge) ?? new Set();
    consumers.set(edge, list.add(by));
  };

  for (const { name } of graph.input) {
    const what = declared.get(name) ?? {};
    const shape = what.shape?.map((length, axis) => length ?? `?${place}:${name}.${axis}`);
    add(name, { type: what.type, shape }, `${place}:${name}`);
  }
  for (const tensor of graph.initializer) if (!own(tensor.name)) addTensor(tensor.name, tensor);
  for (const { values } of graph.sparseInitializer) add(values!.name, {}, `${place}:${values!.name}`);

  const scopes: Scope[] = [scope];
  for (const node of graph.node) {
    for (const edge of node.input) if (edge !== "") take(edge, node);
    for (const { name, graph: inner } of subgraphsOf(node)) {
      scopes.push(...scopesOf(inner, opset, `${place}/${node.name || node.opType}.${name}`, scope));
      for (const edge of edgesWithin(inner)) take(edge, node);
    }
    const constant = constantOf(node);
    const edge = node.output[0] ?? "";
    if (constant && edge !== "") {
      producers.set(edge, node);
      addTensor(edge, constant);
      continue;
    }
    const results = infer({
      node,
      opset,
      input: (i) => (node.input[i] ? scope.known(node.input[i]) : {}),
      fresh: (i, axis) => `?${place}:${node.output[i]}.${axis}`,
    });
    const key = nodeKey(scope, node);
    for (const [i, output] of node.output.entries()) {
      if (output === "") continue;
      producers.set(output, node);
      add(
        output,
        { ...results[i], ...constantValues(node) },
        key === undefined ? `${place}:${output}` : key(i),
      );
    }
  }
  for (const { name } of graph.output) take(name, undefined);
  return scopes;
}

/** All names that a graph's nodes and outputs use, inner graphs included. */
function edgesWithin(graph: GraphProto): string[] {
  return [
    ...graph.output.map(({ name }) => name),
    ...graph.node.flatMap((node) => [
      ...node.input,
      ...subgraphsOf(node).flatMap(({ graph }) => edgesWithin(graph)),
    ]),
  ];
}

const constantOf = (node: NodeProto): TensorProto | undefined =>
  isOperator(node, "Constant") ? attributeOf(node, "value")?.t : undefined;

/** Of a Constant that is written as a number or numbers instead of as a tensor. */
function constantValues(node: NodeProto): Known {
  if (!isOperator(node, "Constant")) return {};
  const [int, ints] = [attributeOf(node, "value_int"), attributeOf(node, "value_ints")];
  if (int) return { type: 7, shape: [], values: [Number(int.i)] };
  if (ints) return { type: 7, shape: [ints.ints.length], values: ints.ints.map(Number) };
  const floats = attributeOf(node, "value_floats");
  if (floats) return { type: 1, shape: [floats.floats.length] };
  return attributeOf(node, "value_float") ? { type: 1, shape: [] } : {};
}

interface Declared {
  readonly type?: number;
  readonly shape?: readonly (Length | undefined)[];
}

function declaredOf({ input, output, valueInfo }: GraphProto): Map<string, Declared> {
  return new Map([...valueInfo, ...output, ...input].map(({ name, type }) => [name, declaredType(type)]));
}

function declaredType(type: TypeProto | undefined): Declared {
  if (type?.value.case !== "tensorType") return {};
  const { elemType, shape } = type.value.value;
  if (shape === undefined) return { type: elemType };
  return {
    type: elemType,
    shape: shape.dim.map(({ value }) => {
      if (value.case === "dimValue" && value.value >= 0n) return Number(value.value);
      return value.case === "dimParam" && value.value !== "" ? value.value : undefined;
    }),
  };
}

/** What is inferred, and where that is nothing, what the file says. */
function refined(what: Known, declared: Declared | undefined): Known {
  if (declared === undefined) return what;
  const { shape = [] } = declared;
  const rest = (length: Length | undefined, axis: number) => {
    const said = shape[axis];
    if (length === undefined) return said;
    const guessed = typeof length === "string" && (length.startsWith("?") || typeof said === "number");
    return guessed ? (said ?? length) : length;
  };
  const whole = declared.shape !== undefined && !shape.includes(undefined) ? (shape as Length[]) : undefined;
  const fits = what.shape?.length === shape.length && declared.shape !== undefined;
  return {
    ...what,
    type: what.type ?? declared.type,
    shape: what.shape === undefined ? whole : fits ? what.shape.map((l, i) => rest(l, i)!) : what.shape,
  };
}

function tensorKey(place: string, edge: string, tensor: TensorProto): string {
  if (sizeOf(tensor) > COMPARED || tensor.rawData.length > 8 * COMPARED) return `${place}:${edge}`;
  const data = tensor.rawData.length > 0 ? [...tensor.rawData] : undefined;
  const { floatData, int64Data, int32Data, doubleData, dataType, dims } = tensor;
  if (
    data === undefined &&
    sizeOf(tensor) > 0 &&
    !floatData.length &&
    !int64Data.length &&
    !int32Data.length &&
    !doubleData.length
  )
    return `${place}:${edge}`;
  return `tensor ${dataType} [${dims}] ${data ?? [floatData, int64Data, int32Data, doubleData].join(";")}`;
}

/** Numbers as they are, anything rarer by its bytes. */
function attributeKey(attribute: AttributeProto): string {
  const { name, type, f, i, floats, ints, s, t, strings, sparseTensor, tp, refAttrName } = attribute;
  if (t || sparseTensor || tp || strings.length > 0 || s.length > 0 || refAttrName !== "")
    return [...toBinary(AttributeProtoSchema, attribute)].join();
  return `${name} ${type} ${f} ${i} ${floats} ${ints}`;
}

const random = /^(Random|Multinomial|Bernoulli|Dropout)/;
const keys = new WeakMap<Scope, Map<string, string>>();

/** The same for two nodes with the same operator, attributes and inputs. */
function nodeKey(scope: Scope, node: NodeProto): ((output: number) => string) | undefined {
  if (node.attribute.some(({ g, graphs }) => g || graphs.length > 0) || random.test(node.opType))
    return undefined;
  if (isOperator(node, "Identity")) return () => scope.canonical(node.input[0] ?? "");
  const attributes = [...node.attribute]
    .filter(({ t, tensors }) => (t?.rawData.length ?? 0) <= 8 * COMPARED && tensors.length === 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(attributeKey);
  if (attributes.length < node.attribute.length) return undefined;
  const inputs = node.input.map((edge) => (edge === "" ? "" : scope.canonical(edge)));
  const text = JSON.stringify([
    node.domain,
    node.opType,
    node.overload,
    node.output.length,
    inputs,
    attributes,
  ]);
  const table = keys.get(scope) ?? new Map<string, string>();
  keys.set(scope, table);
  const name = table.get(text) ?? `${scope.place}:node ${table.size}`;
  table.set(text, name);
  return (output) => `${name}.${output}`;
}
