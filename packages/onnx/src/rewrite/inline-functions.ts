import { clone, create } from "@bufbuild/protobuf";
import {
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  NodeProtoSchema,
} from "onnx-buf";
import { domainName } from "../read/check-graph.ts";
import { operatorKey } from "../read/check-model.ts";
import { subgraphsOf } from "./nodes.ts";

const MOST = 2 ** 20;

/**
 * The model with the bodies of its local functions in place of their calls; the same model where it has none. A
 * function whose opsets are not the model's stays.
 *
 * @throws RangeError where the graph would have more than 2^20 nodes
 */
export function inlineFunctions(who: string, model: ModelProto): ModelProto {
  if (model.functions.length === 0) return model;
  const functions = new Map<string, FunctionProto>();
  const version = (domain: string) =>
    model.opsetImport.find((entry) => domainName(entry.domain) === domainName(domain))?.version;
  for (const body of model.functions) {
    const missing = body.opsetImport.filter(({ domain }) => version(domain) === undefined);
    if (
      body.opsetImport.every((entry) => missing.includes(entry) || version(entry.domain) === entry.version)
    ) {
      functions.set(operatorKey(body.domain, body.name, body.overload), body);
      model.opsetImport.push(...missing);
    }
  }
  let count = 0;
  let made = 0;
  const taken = namesOf(model.graph!);

  function fresh(stem: string): string {
    let name = stem;
    while (taken.has(name)) name = `${stem}_${++made}`;
    taken.add(name);
    return name;
  }

  function opened(nodes: readonly NodeProto[]): NodeProto[] {
    return nodes.flatMap((node) => {
      if (++count > MOST)
        throw new RangeError(`${who}: the graph must have at most ${MOST} nodes with its functions`);
      for (const { graph } of subgraphsOf(node)) graph.node = opened(graph.node);
      const body = functions.get(operatorKey(node.domain, node.opType, node.overload));
      return body ? opened(bodyOf(node, body)) : [node];
    });
  }

  /** The nodes of a function for one call, with names of their own. */
  function bodyOf(call: NodeProto, body: FunctionProto): NodeProto[] {
    const inner = new Map(body.input.map((name, i) => [name, call.input[i] ?? ""]));
    const copies: NodeProto[] = [];
    const identity = (from: string, to: string) =>
      create(NodeProtoSchema, { name: fresh(`${to}.copy`), opType: "Identity", input: [from], output: [to] });
    for (const [i, name] of body.output.entries()) {
      const outside = call.output[i] ?? "";
      if (outside === "") continue;
      const known = inner.get(name);
      if (known === undefined) inner.set(name, outside);
      else copies.push(identity(known, outside));
    }
    const stem = call.name || call.output[0] || call.opType;
    const renamed = (name: string): string => {
      if (name === "") return name;
      let found = inner.get(name);
      if (found === undefined) {
        found = fresh(`${stem}/${name}`);
        inner.set(name, found);
      }
      return found;
    };
    const nodes = body.node.map((node) => {
      const copy = subgraphsOf(node).length > 0 ? clone(NodeProtoSchema, node) : copyOf(node);
      copy.name = fresh(`${stem}/${node.name || node.opType}`);
      rename(copy, renamed, call, body);
      return copy;
    });
    return [...nodes, ...copies];
  }

  model.graph!.node = opened(model.graph!.node);
  model.functions = model.functions.filter(
    (body) => !functions.has(operatorKey(body.domain, body.name, body.overload)),
  );
  return model;
}

/** The same fields; defaults of a message are its prototype's. */
const copyOf = <M extends object>(message: M): M =>
  Object.assign(Object.create(Object.getPrototypeOf(message) as object) as M, message);

function rename(
  node: NodeProto,
  renamed: (name: string) => string,
  call: NodeProto,
  body: FunctionProto,
): void {
  node.input = node.input.map(renamed);
  node.output = node.output.map(renamed);
  node.attribute = node.attribute.flatMap((attribute) => {
    if (attribute.refAttrName === "") return [attribute];
    const given =
      call.attribute.find(({ name }) => name === attribute.refAttrName) ??
      body.attributeProto.find(({ name }) => name === attribute.refAttrName);
    return given ? [Object.assign(copyOf(given), { name: attribute.name })] : [];
  });
  for (const { graph } of subgraphsOf(node)) renameGraph(graph, renamed, call, body);
}

function renameGraph(
  graph: GraphProto,
  renamed: (name: string) => string,
  call: NodeProto,
  body: FunctionProto,
): void {
  for (const info of [...graph.input, ...graph.output, ...graph.valueInfo, ...graph.initializer])
    info.name = renamed(info.name);
  for (const { values } of graph.sparseInitializer) values!.name = renamed(values!.name);
  for (const node of graph.node) rename(node, renamed, call, body);
}

/** All names of edges and nodes in a graph and the graphs within it. */
export function namesOf(graph: GraphProto): Set<string> {
  const names = new Set<string>();
  const visit = (graph: GraphProto) => {
    for (const { name } of [...graph.input, ...graph.output, ...graph.initializer]) names.add(name);
    for (const { values } of graph.sparseInitializer) names.add(values!.name);
    for (const node of graph.node) {
      for (const name of [node.name, ...node.input, ...node.output]) names.add(name);
      for (const { graph: inner } of subgraphsOf(node)) visit(inner);
    }
  };
  visit(graph);
  return names;
}
