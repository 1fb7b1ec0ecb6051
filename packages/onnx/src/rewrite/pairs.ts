import type { Pairing } from "@posenc/core";
import type { NodeProto } from "onnx-buf";
import { isEnd, normal, type SliceOf, slicesOf } from "./inference.ts";
import { over, sameShape } from "./lengths.ts";
import { asOperator, attributeOf, intAttribute } from "./nodes.ts";
import type { Scope } from "./scope.ts";
import { scalarOf } from "./tensors.ts";

/** One of two: the first or second elements of all pairs of `source`. */
export interface Member {
  readonly source: string;
  readonly member: 0 | 1;
  readonly pairing: Pairing;
  /** It has a last axis of length 1. */
  readonly kept: boolean;
  readonly nodes: readonly NodeProto[];
}

/** First and second elements of pairs, put together. */
export interface Joined {
  readonly parts: readonly [string, string];
  readonly pairing: Pairing;
  readonly nodes: readonly NodeProto[];
}

/** A piece of `source` along one axis. */
export interface Piece extends SliceOf {
  readonly source: string;
  /** The axis is gone. */
  readonly squeezed: boolean;
  readonly nodes: readonly NodeProto[];
}

/** The node that makes an edge, and the Identity nodes between. */
export function makerOf(scope: Scope, edge: string): { node: NodeProto | undefined; skipped: NodeProto[] } {
  const skipped: NodeProto[] = [];
  let node = scope.producer(edge);
  for (; asOperator(node, "Identity"); node = scope.producer(node!.input[0]!)) skipped.push(node!);
  return { node, skipped };
}

export const shapeOf = (scope: Scope, edge: string) => scope.known(edge).shape;

/** What Split, Slice or Gather takes of one axis. */
export function pieceOf(scope: Scope, edge: string): Piece | undefined {
  const { node, skipped } = makerOf(scope, edge);
  if (node === undefined) return undefined;
  const squeeze = asOperator(node, "Squeeze");
  if (squeeze) {
    const inner = pieceOf(scope, squeeze.input[0]!);
    const rank = inner && shapeOf(scope, inner.source)?.length;
    const axes = rank === undefined ? undefined : axesOf(scope, squeeze, rank);
    if (inner === undefined || axes?.length !== 1 || axes[0] !== inner.axis) return undefined;
    return { ...inner, squeezed: true, nodes: [...skipped, squeeze, ...inner.nodes] };
  }
  const source = node.input[0] ?? "";
  const shape = shapeOf(scope, source);
  if (shape === undefined) return undefined;
  const nodes = [...skipped, node];
  const input = (i: number) => (node.input[i] ? scope.known(node.input[i]) : {});

  if (asOperator(node, "Slice")) {
    const [slice, ...more] = (slicesOf({ node, input }) ?? []).filter(
      ({ axis, start, end, step }) => start !== 0 || step !== 1 || !(isEnd(end) || end === shape[axis]),
    );
    return slice && more.length === 0 ? { ...slice, source, squeezed: false, nodes } : undefined;
  }
  if (asOperator(node, "Split")) {
    const axis = normal(intAttribute(node, "axis", 0), shape.length);
    const lengths = node.output.map((output) => shapeOf(scope, output)?.[axis]);
    const i = node.output.indexOf(edgeBehind(scope, edge));
    if (i < 0 || lengths.includes(undefined)) return undefined;
    const starts = lengths.slice(0, i);
    if (i > 1 && starts.some((length) => typeof length !== "number")) return undefined;
    const start =
      i === 0 ? 0 : i === 1 ? starts[0]! : (starts as number[]).reduce((sum, length) => sum + length, 0);
    const end = i === node.output.length - 1 ? 0x7fffffff : i === 0 ? lengths[0]! : undefined;
    return end === undefined ? undefined : { axis, start, end, step: 1, source, squeezed: false, nodes };
  }
  if (asOperator(node, "Gather")) {
    const { values, shape: indices } = scope.known(node.input[1]!);
    const axis = normal(intAttribute(node, "axis", 0), shape.length);
    const length = shape[axis];
    if (indices?.length !== 0 || typeof values?.[0] !== "number" || typeof length !== "number")
      return undefined;
    const start = normal(values[0], length);
    return { axis, start, end: start + 1, step: 1, source, squeezed: true, nodes };
  }
  return undefined;
}

/** The edge that Identity nodes hand on. */
function edgeBehind(scope: Scope, edge: string): string {
  const node = asOperator(scope.producer(edge), "Identity");
  return node ? edgeBehind(scope, node.input[0]!) : edge;
}

export function axesOf(scope: Scope, node: NodeProto, rank: number): number[] | undefined {
  const given =
    attributeOf(node, "axes")?.ints.map(Number) ??
    (node.input[1] ? scope.known(node.input[1]).values : undefined);
  if (!given?.every((axis) => typeof axis === "number")) return undefined;
  return given.map((axis) => normal(axis, rank));
}

/** A Reshape [..., n · m] → [..., n, m], or back, that leaves the other axes. */
function reshaped(
  scope: Scope,
  edge: string,
  change: 1 | -1,
): { source: string; nodes: NodeProto[] } | undefined {
  const { node, skipped } = makerOf(scope, edge);
  if (!asOperator(node, "Reshape")) return undefined;
  const source = node!.input[0]!;
  const [from, to] = [shapeOf(scope, source), shapeOf(scope, node!.output[0]!)];
  if (from === undefined || to?.length !== from.length + change) return undefined;
  const same = Math.min(from.length, to.length) - 1;
  if (!sameShape(from.slice(0, same), to.slice(0, same))) return undefined;
  return { source, nodes: [...skipped, node!] };
}

export const unflattened = (scope: Scope, edge: string) => reshaped(scope, edge, 1);
export const flattened = (scope: Scope, edge: string) => reshaped(scope, edge, -1);

/** A Transpose of the last two axes. */
function swapped(scope: Scope, edge: string): { source: string; nodes: NodeProto[] } | undefined {
  const { node, skipped } = makerOf(scope, edge);
  const perm = asOperator(node, "Transpose") && attributeOf(node!, "perm")?.ints.map(Number);
  if (!perm || perm.length < 2) return undefined;
  const rank = perm.length;
  const wanted = [...perm.keys()].slice(0, -2).concat(rank - 1, rank - 2);
  return sameShape(perm, wanted) ? { source: node!.input[0]!, nodes: [...skipped, node!] } : undefined;
}

/** [..., n · m] in rows of m, taken column by column: unflatten, swap, flatten. `n` or `m` is 2. */
function reordered(scope: Scope, edge: string, inner: "n" | "m") {
  const outside = flattened(scope, edge);
  const swap = outside && swapped(scope, outside.source);
  const inside = swap && unflattened(scope, swap.source);
  if (inside === undefined) return undefined;
  const two = shapeOf(scope, swap!.source)?.at(inner === "n" ? -2 : -1);
  if (two !== 2) return undefined;
  return { source: inside.source, nodes: [...outside!.nodes, ...swap!.nodes, ...inside.nodes] };
}

/** Which elements of which tensor an edge is. */
export function memberOf(scope: Scope, edge: string): Member | undefined {
  const piece = pieceOf(scope, edge);
  if (piece === undefined) return undefined;
  const { source, axis, start, end, step, squeezed, nodes } = piece;
  const shape = shapeOf(scope, source)!;
  const rank = shape.length;
  const length = shape[axis]!;
  const inPairs = unflattened(scope, source);
  if (
    inPairs &&
    length === 2 &&
    (start === 0 || start === 1) &&
    (end === start + 1 || (start === 1 && isEnd(end)))
  ) {
    const pairing = axis === rank - 1 ? "interleaved" : "halves";
    if (axis < rank - 2 || (axis === rank - 2 && !squeezed)) return undefined;
    return {
      source: inPairs.source,
      member: start,
      pairing,
      kept: !squeezed,
      nodes: [...nodes, ...inPairs.nodes],
    };
  }
  if (squeezed || axis !== rank - 1) return undefined;
  if (step === 2 && (start === 0 || start === 1) && (isEnd(end) || end === length)) {
    if (typeof length === "number" && length % 2 !== 0) return undefined;
    return { source, member: start, pairing: "interleaved", kept: false, nodes };
  }
  const half = over(length, 2);
  if (step !== 1 || (typeof length === "number" && length % 2 !== 0)) return undefined;
  const isFirst = start === 0 && end === half;
  const isSecond = start === half && (isEnd(end) || end === length);
  if (!isFirst && !isSecond) return undefined;
  const order = reordered(scope, source, "m");
  return {
    source: order?.source ?? source,
    member: isFirst ? 0 : 1,
    pairing: order ? "interleaved" : "halves",
    kept: false,
    nodes: [...nodes, ...(order?.nodes ?? [])],
  };
}

/** What is put together to an edge, and how. */
export function joinedOf(scope: Scope, edge: string): Joined | undefined {
  const side = concatenated(scope, edge);
  if (side?.fromEnd === 1) return { parts: side.parts, pairing: "halves", nodes: side.nodes };
  const order = reordered(scope, edge, "n");
  const ordered = order && concatenated(scope, order.source);
  if (ordered?.fromEnd === 1)
    return { parts: ordered.parts, pairing: "interleaved", nodes: [...order!.nodes, ...ordered.nodes] };
  const flat = flattened(scope, edge);
  const stack = flat && concatenated(scope, flat.source);
  if (stack === undefined || stack.fromEnd > 2) return undefined;
  if (shapeOf(scope, flat!.source)?.at(-stack.fromEnd) !== 2) return undefined;
  const rows = stack.parts.map((part) => unsqueezed(scope, part, stack.fromEnd));
  const nodes = [...flat!.nodes, ...stack.nodes];
  const pairing = stack.fromEnd === 1 ? "interleaved" : "halves";
  if (rows[0] && rows[1])
    return {
      parts: [rows[0].source, rows[1].source],
      pairing,
      nodes: [...nodes, ...rows[0].nodes, ...rows[1].nodes],
    };
  return stack.fromEnd === 1 ? { parts: stack.parts, pairing, nodes } : undefined;
}

function concatenated(scope: Scope, edge: string) {
  const { node, skipped } = makerOf(scope, edge);
  const rank = shapeOf(scope, edge)?.length;
  if (!asOperator(node, "Concat") || node!.input.length !== 2 || rank === undefined) return undefined;
  const [a, b] = node!.input as [string, string];
  return {
    parts: [a, b] as const,
    fromEnd: rank - normal(intAttribute(node!, "axis", 0), rank),
    nodes: [...skipped, node!],
  };
}

/** What an edge was before it got an axis of length 1, so many from the end. */
export function unsqueezed(scope: Scope, edge: string, fromEnd: number) {
  const { node, skipped } = makerOf(scope, edge);
  const rank = shapeOf(scope, edge)?.length;
  if (!asOperator(node, "Unsqueeze") || rank === undefined) return undefined;
  const axes = axesOf(scope, node!, rank);
  if (axes?.length !== 1 || axes[0] !== rank - fromEnd) return undefined;
  return { source: node!.input[0]!, nodes: [...skipped, node!] };
}

/** What an edge is the negative of. */
export function negated(scope: Scope, edge: string): { source: string; nodes: NodeProto[] } | undefined {
  const { node, skipped } = makerOf(scope, edge);
  if (node === undefined) return undefined;
  const nodes = [...skipped, node];
  if (asOperator(node, "Neg")) return { source: node.input[0]!, nodes };
  if (!asOperator(node, "Mul")) return undefined;
  const by = node.input.findIndex((input) => {
    const tensor = scope.tensor(input);
    return tensor !== undefined && scalarOf(tensor) === -1;
  });
  return by < 0 ? undefined : { source: node.input[1 - by]!, nodes };
}
