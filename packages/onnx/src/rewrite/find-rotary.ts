import type { Pairing } from "@posenc/core";
import type { NodeProto } from "onnx-buf";
import { isEnd } from "./inference.ts";
import { asOperator, isOperator } from "./nodes.ts";
import { joinedOf, makerOf, memberOf, negated, pieceOf, shapeOf } from "./pairs.ts";
import type { Scope } from "./scope.ts";

/** How a rotation is written: x·cos + turned(x)·sin, or each half of the pairs on its own. */
export type RotaryForm = "rotate_half" | "rotate_every_two" | "pairs";

/** A rotation of queries or keys that a graph spells out. */
export interface RotaryPattern {
  readonly scope: Scope;
  readonly form: RotaryForm;
  readonly pairing: Pairing;
  /** The node that gives the result. */
  readonly last: NodeProto;
  readonly x: string;
  readonly cos: string;
  readonly sin: string;
  /** Cosines are as wide as x, each twice; else they are half as wide. */
  readonly full: boolean;
  /** Half as wide, and with a last axis of length 1. */
  readonly kept: boolean;
  /** Turned the other way: −sin. */
  readonly inverse: boolean;
  /** All nodes between x and the result, the last one included. */
  readonly nodes: ReadonlySet<NodeProto>;
  /** Where the rest of a longer tensor is put beside what is turned. */
  readonly within?: Within | undefined;
}

export interface Within {
  readonly x: string;
  readonly rotaryDim: number;
  /** The rotation without the rest. */
  readonly inner: RotaryPattern;
}

export interface LeftRotary {
  readonly scope: Scope;
  readonly node: NodeProto;
  readonly why: string;
}

export interface FoundRotary {
  readonly patterns: RotaryPattern[];
  readonly left: LeftRotary[];
}

type Match = Omit<RotaryPattern, "scope" | "last" | "nodes" | "within"> & {
  readonly nodes: readonly NodeProto[];
};

/** All rotations that the nodes of one graph spell out, in the graph's order. */
export function findRotary(scope: Scope): FoundRotary {
  const patterns: RotaryPattern[] = [];
  const left: LeftRotary[] = [];
  const claimed = new Set<NodeProto>();
  for (const node of [...scope.graph.node].reverse()) {
    if (claimed.has(node)) continue;
    const match = fullForm(scope, node) ?? pairForm(scope, node);
    if (match === undefined) continue;
    if ("why" in match) {
      left.push({ scope, node, why: match.why });
      continue;
    }
    const alone: RotaryPattern = { ...match, scope, last: node, nodes: new Set([node, ...match.nodes]) };
    for (const each of alone.nodes) claimed.add(each);
    const shared = usedElsewhere(alone);
    if (shared !== undefined) {
      left.push({
        scope,
        node,
        why: `${JSON.stringify(shared)}, which it computes on the way, is used elsewhere`,
      });
      continue;
    }
    const wider = withinLonger(alone);
    patterns.push(wider && usedElsewhere(wider) === undefined ? wider : alone);
  }
  return { patterns: patterns.reverse(), left: left.reverse() };
}

/** An edge between x and the result that somebody else takes, too, or that belongs to a graph around this one. */
function usedElsewhere({ scope, nodes, last }: RotaryPattern): string | undefined {
  for (const node of nodes) {
    if (node === last) continue;
    for (const edge of node.output) {
      if (edge === "") continue;
      if (!scope.owns(edge)) return edge;
      for (const consumer of scope.consumers(edge))
        if (consumer === undefined || !servesOnly(scope, consumer, nodes, 8)) return edge;
    }
  }
  return undefined;
}

/** One of `nodes`, or a Shape and what follows from it that ends in them alone (the target of a Reshape). */
function servesOnly(
  scope: Scope,
  node: NodeProto,
  nodes: ReadonlySet<NodeProto>,
  depth: number,
  from = "Shape",
): boolean {
  if (nodes.has(node)) return true;
  if (depth === 0 || (from === "Shape" && !isOperator(node, "Shape"))) return false;
  return node.output.every((edge) =>
    [...scope.consumers(edge)].every(
      (next) => next !== undefined && servesOnly(scope, next, nodes, depth - 1, ""),
    ),
  );
}

function fullForm(scope: Scope, node: NodeProto): Match | { why: string } | undefined {
  if (!asOperator(node, "Add", "Sub") || node.input.length !== 2) return undefined;
  const [a, b] = node.input as [string, string];
  const orders =
    node.opType === "Add"
      ? [
          [a, b],
          [b, a],
        ]
      : [[a, b]];
  let refused: { why: string } | undefined;
  for (const [plain, turned] of orders as [string, string][]) {
    const [first, second] = [makerOf(scope, plain), makerOf(scope, turned)];
    if (!asOperator(first.node, "Mul") || !asOperator(second.node, "Mul")) continue;
    for (const i of [0, 1] as const) {
      const turn = turnOf(scope, second.node!.input[i]!);
      if (turn === undefined) continue;
      if (turn.why !== undefined) {
        refused = turn;
        continue;
      }
      const { source, pairing, inverse } = turn;
      const at = first.node!.input.findIndex((edge) => scope.canonical(edge) === scope.canonical(source));
      if (at < 0) {
        refused = { why: "what is turned and what is multiplied by the cosines are not the same tensor" };
        continue;
      }
      return {
        form: pairing === "halves" ? "rotate_half" : "rotate_every_two",
        pairing,
        x: source,
        cos: first.node!.input[1 - at]!,
        sin: second.node!.input[1 - i]!,
        full: true,
        kept: false,
        inverse: inverse !== (node.opType === "Sub"),
        nodes: [first.node!, second.node!, ...first.skipped, ...second.skipped, ...turn.nodes],
      };
    }
  }
  return refused;
}

/** (−b, a) of pairs (a, b) of a tensor; inverse: (b, −a). */
function turnOf(scope: Scope, edge: string) {
  const joined = joinedOf(scope, edge);
  if (joined === undefined) return undefined;
  const negative = joined.parts.map((part) => negated(scope, part));
  if ((negative[0] === undefined) === (negative[1] === undefined)) return undefined;
  const [second, first] = joined.parts.map((part, i) => memberOf(scope, negative[i]?.source ?? part));
  if (second === undefined || first === undefined)
    return {
      why: "its two parts could not be shown to be the halves, or the even and odd elements, of one tensor",
    };
  if (scope.canonical(first.source) !== scope.canonical(second.source)) return undefined;
  if (first.member !== 0 || second.member !== 1 || first.pairing !== second.pairing) return undefined;
  if (first.pairing !== joined.pairing)
    return { why: `it reads its pairs as ${first.pairing} and writes them as ${joined.pairing}` };
  return {
    source: first.source,
    pairing: joined.pairing,
    inverse: negative[1] !== undefined,
    nodes: [
      ...joined.nodes,
      ...negative.flatMap((each) => each?.nodes ?? []),
      ...first.nodes,
      ...second.nodes,
    ],
  };
}

/** A product of the first or second elements of pairs with something. */
function termOf(scope: Scope, edge: string) {
  const { node, skipped } = makerOf(scope, edge);
  if (!asOperator(node, "Mul")) return undefined;
  const members = node!.input.map((input) => memberOf(scope, input));
  const at = members.findIndex((member) => member !== undefined);
  if (at < 0 || (members[0] && members[1])) return undefined;
  const member = members[at]!;
  return { ...member, factor: node!.input[1 - at]!, nodes: [...skipped, node!, ...member.nodes] };
}

type Term = NonNullable<ReturnType<typeof termOf>>;

/** a·cos − b·sin or, the other way around, a·cos + b·sin; `lead` says which element stands with the cosine. */
function sumOf(scope: Scope, edge: string, lead: 0 | 1) {
  const { node, skipped } = makerOf(scope, edge);
  if (!asOperator(node, "Add", "Sub")) return undefined;
  const terms = node!.input.map((input) => termOf(scope, input));
  const [first, second] = terms;
  if (first === undefined || second === undefined || first.member === second.member) return undefined;
  const subtracts = node!.opType === "Sub";
  if (subtracts && first.member !== lead) return undefined;
  const [cosine, sine] = (first.member === lead ? [first, second] : [second, first]) as [Term, Term];
  return { cosine, sine, subtracts, nodes: [...skipped, node!, ...first.nodes, ...second.nodes] };
}

function pairForm(scope: Scope, node: NodeProto): Match | { why: string } | undefined {
  if (!asOperator(node, "Concat", "Reshape")) return undefined;
  const joined = joinedOf(scope, node.output[0]!);
  if (joined === undefined) return undefined;
  const [first, second] = [sumOf(scope, joined.parts[0], 0), sumOf(scope, joined.parts[1], 1)];
  if (first === undefined || second === undefined || first.subtracts === second.subtracts) return undefined;
  const terms = [first.cosine, first.sine, second.cosine, second.sine];
  const { source, pairing, kept } = first.cosine;
  const same = (a: string, b: string) => scope.canonical(a) === scope.canonical(b);
  if (!terms.every((term) => same(term.source, source) && term.pairing === pairing && term.kept === kept))
    return undefined;
  if (!same(first.cosine.factor, second.cosine.factor) || !same(first.sine.factor, second.sine.factor))
    return { why: "the two elements of a pair are multiplied by different cosines or sines" };
  if (pairing !== joined.pairing)
    return { why: `it reads its pairs as ${pairing} and writes them as ${joined.pairing}` };
  return {
    form: "pairs",
    pairing,
    x: source,
    cos: first.cosine.factor,
    sin: first.sine.factor,
    full: false,
    kept,
    inverse: second.subtracts,
    nodes: [...joined.nodes, ...first.nodes, ...second.nodes],
  };
}

/** The same, where x is the front of a longer tensor and the rest of it is put behind the result. */
function withinLonger(pattern: RotaryPattern): RotaryPattern | undefined {
  const { scope, last, x } = pattern;
  const result = last.output[0]!;
  const [concat, ...more] = scope.consumers(result);
  if (!asOperator(concat, "Concat") || more.length > 0 || concat!.input.length !== 2) return undefined;
  const joined = joinedOf(scope, concat!.output[0]!);
  if (joined?.pairing !== "halves" || joined.parts[0] !== result) return undefined;
  const [front, rest] = [pieceOf(scope, x), pieceOf(scope, joined.parts[1])];
  if (front === undefined || rest === undefined || front.step !== 1 || rest.step !== 1) return undefined;
  if (front.squeezed || rest.squeezed) return undefined;
  if (scope.canonical(front.source) !== scope.canonical(rest.source)) return undefined;
  const shape = shapeOf(scope, front.source)!;
  const [axis, length] = [shape.length - 1, shape.at(-1)];
  if (front.axis !== axis || rest.axis !== axis || front.start !== 0) return undefined;
  const rotaryDim = front.end;
  if (typeof rotaryDim !== "number" || rest.start !== rotaryDim) return undefined;
  if (!isEnd(rest.end) && rest.end !== length) return undefined;
  return {
    ...pattern,
    last: concat!,
    nodes: new Set([...pattern.nodes, concat!, ...front.nodes, ...rest.nodes]),
    within: { x: front.source, rotaryDim, inner: pattern },
  };
}
