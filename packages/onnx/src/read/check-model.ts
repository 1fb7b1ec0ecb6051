import type { FunctionProto, ModelProto, NodeProto, OperatorSetIdProto } from "onnx-buf";
import { checkAttribute, checkGraph, checkNodes, domainName, type Surroundings } from "./check-graph.ts";
import { quote } from "./quote.ts";

const OLDEST_IR = 3n;
const NEWEST_IR = 13n;

/** A node's operator, or a function's own name, with its domain. */
export const operatorKey = (domain: string, name: string, overload: string): string =>
  JSON.stringify([domainName(domain), name, overload]);

/**
 * What a file says of itself holds: versions, edges, order, lengths of tensors, functions.
 *
 * @throws RangeError naming the place
 */
export function checkModel(who: string, model: ModelProto, depth: number): void {
  if (model.irVersion < OLDEST_IR || model.irVersion > NEWEST_IR)
    throw new RangeError(
      `${who}: ir_version must be from ${OLDEST_IR} to ${NEWEST_IR}, got ${model.irVersion}`,
    );
  if (model.graph === undefined) throw new RangeError(`${who}: the file must have a graph`);
  const domains = checkOpsets(who, "opset_import", model.opsetImport);
  const functions = new Map<string, FunctionProto>();
  for (const body of model.functions) {
    const key = operatorKey(body.domain, body.name, body.overload);
    if (functions.has(key))
      throw new RangeError(`${who}: functions must have different names, got ${quote(body.name)} again`);
    functions.set(key, body);
  }
  checkGraph(`${who}: graph`, model.graph, { domains, depth, node: () => {} });
  const calls = new Map<string, Set<string>>();
  for (const [key, body] of functions) calls.set(key, checkFunction(who, body, functions, depth));
  checkRecursion(who, functions, calls);
}

function checkOpsets(who: string, what: string, imports: readonly OperatorSetIdProto[]): Set<string> {
  if (imports.length === 0) throw new RangeError(`${who}: ${what} must name an operator set, got none`);
  const domains = new Set<string>();
  for (const { domain, version } of imports) {
    const name = domainName(domain);
    if (domains.has(name))
      throw new RangeError(`${who}: ${what} must name each domain once, got ${quote(domain)} again`);
    if (version < 1n || version > 0x7fffffffn)
      throw new RangeError(
        `${who}: ${what} of ${quote(domain)} must be from 1 to 2147483647, got ${version}`,
      );
    domains.add(name);
  }
  return domains;
}

/** Gives the functions that it calls. */
function checkFunction(
  who: string,
  body: FunctionProto,
  functions: ReadonlyMap<string, FunctionProto>,
  depth: number,
): Set<string> {
  const place = `${who}: function ${quote(body.name)}`;
  if (body.name === "") throw new RangeError(`${who}: a function must have a name`);
  const imports = body.opsetImport.length > 0 || body.node.length > 0;
  const domains = imports
    ? checkOpsets(who, `opset_import of function ${quote(body.name)}`, body.opsetImport)
    : new Set<string>();
  const own = new Set<string>();
  for (const name of body.input) {
    if (own.has(name)) throw new RangeError(`${place} must have different inputs, got ${quote(name)} again`);
    own.add(name);
  }
  const called = new Set<string>();
  const surroundings: Surroundings = {
    domains,
    depth,
    node({ domain, opType, overload }: NodeProto) {
      const key = operatorKey(domain, opType, overload);
      if (functions.has(key)) called.add(key);
    },
  };
  for (const attribute of body.attributeProto)
    checkAttribute(`${place}, attribute ${quote(attribute.name)}`, attribute, surroundings, { own }, 1);
  checkNodes(place, body.node, surroundings, { own }, 1);
  for (const name of body.output) {
    if (!own.has(name))
      throw new RangeError(`${place}, output ${quote(name)} must be made by a node, nothing makes it`);
  }
  return called;
}

/** Removes, again and again, the functions that call no other; what remains calls itself. */
function checkRecursion(
  who: string,
  functions: ReadonlyMap<string, FunctionProto>,
  calls: ReadonlyMap<string, ReadonlySet<string>>,
): void {
  const callers = new Map<string, string[]>();
  const open = new Map<string, number>();
  for (const [caller, called] of calls) {
    open.set(caller, called.size);
    for (const key of called) {
      const list = callers.get(key) ?? [];
      list.push(caller);
      callers.set(key, list);
    }
  }
  const ready = [...open].filter(([, count]) => count === 0).map(([key]) => key);
  for (let key = ready.pop(); key !== undefined; key = ready.pop()) {
    open.delete(key);
    for (const caller of callers.get(key) ?? []) {
      const count = open.get(caller)! - 1;
      open.set(caller, count);
      if (count === 0) ready.push(caller);
    }
  }
  const [first] = open.keys();
  if (first !== undefined)
    throw new RangeError(
      `${who}: functions must not call themselves, got ${quote(functions.get(first)!.name)}`,
    );
}
