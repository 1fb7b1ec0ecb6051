import type { Pairing } from "@posenc/core";
import type { NodeProto } from "onnx-buf";
import { type Draft, intAttr } from "./draft.ts";
import type { FusedTarget, RotaryLayout } from "./fuse.ts";
import type { Refusal } from "./halve.ts";
import type { Length } from "./lengths.ts";
import { attributeOf, intAttribute, isStandard, MICROSOFT } from "./nodes.ts";
import type { Scope } from "./scope.ts";

const END = 0x7fffffff;

/** A RotaryEmbedding as its attributes and inputs have it, whichever domain it is of. */
export interface FusedRotary {
  readonly target: FusedTarget;
  readonly pairing: Pairing;
  /** 0 where the input's axes tell. */
  readonly heads: number;
  readonly rotaryDim: number | undefined;
  /** All of a head is turned. */
  readonly whole: boolean;
  readonly x: string;
  readonly cos: string;
  readonly sin: string;
  readonly positions: string | undefined;
}

export function fusedOf(scope: Scope, node: NodeProto): FusedRotary | undefined {
  const standard = isStandard(node);
  if (node.opType !== "RotaryEmbedding" || !(standard || node.domain === MICROSOFT)) return undefined;
  const [x, second, third, fourth] = node.input as [string, string, string, string?];
  const [cos, sin, positions] = standard ? [second, third, fourth] : [third, fourth!, second];
  const part = intAttribute(node, "rotary_embedding_dim", 0);
  const half = scope.known(cos).shape?.at(-1);
  return {
    target: standard ? "ai.onnx" : MICROSOFT,
    pairing: intAttribute(node, "interleaved", 0) === 0 ? "halves" : "interleaved",
    heads: intAttribute(node, "num_heads", 0),
    rotaryDim: part > 0 ? part : typeof half === "number" ? 2 * half : undefined,
    whole: part === 0,
    x,
    cos,
    sin,
    positions: positions === "" ? undefined : positions,
  };
}

/** Drafts the body of a RotaryEmbedding in primitives; the result keeps its name. */
export function unfuse(node: NodeProto, draft: Draft): RotaryLayout | Refusal {
  const { scope } = draft;
  const fused = fusedOf(scope, node)!;
  const { x, pairing, rotaryDim, whole } = fused;
  const shape = scope.known(x).shape;
  if (shape === undefined || shape.length < 3 || shape.length > 4)
    return { why: `what is turned must have 3 or 4 axes, it has ${shape?.length ?? "an unknown number"}` };
  const scale = attributeOf(node, "scale");
  if (scale && scale.f !== 1) return { why: `its scale is ${scale.f}` };
  if (intAttribute(node, "is_packed_batching", 0) !== 0) return { why: "its batch is packed" };
  const packed = shape.length === 3;
  const heads = packed ? headsOf(fused, shape.at(-1)!) : undefined;
  if (packed && heads === undefined) return { why: "its number of heads is not known" };

  const axis = packed ? 2 : 1;
  const tables = [fused.cos, fused.sin].map((cache) => rowsOf(draft, fused, cache, packed ? 1 : 2));
  if (tables.includes(undefined)) return { why: "the axes of its positions are not known" };
  const [cos, sin] = (tables as string[]).map((rows) =>
    pairing === "halves" ? draft.unsqueeze(rows, axis) : draft.unsqueeze(rows, axis, 4),
  ) as [string, string];

  const output = node.output[0]!;
  const named = (more: boolean) => (more ? {} : { output });
  const onLast = { attributes: [intAttr("axis", 3)] };
  const input = packed ? draft.node("Reshape", [x, draft.ints(0, 0, heads!, -1)]) : x;
  const cut = (from: number, to: number) =>
    draft.node("Slice", [input, draft.ints(from), draft.ints(to), draft.ints(3)]);
  const front = whole ? input : cut(0, rotaryDim!);
  let y: string;
  if (pairing === "halves") {
    const parts = turned(draft, draft.split(front, 3), cos, sin);
    y = draft.node("Concat", parts, { ...onLast, ...named(!whole || packed) });
  } else {
    const pairs = draft.node("Reshape", [front, draft.ints(0, 0, 0, -1, 2)]);
    const parts = turned(draft, draft.split(pairs, 4), cos, sin);
    const stack = draft.node("Concat", parts, { attributes: [intAttr("axis", 4)] });
    y = draft.node("Reshape", [stack, draft.ints(0, 0, 0, rotaryDim ?? -1)], named(!whole || packed));
  }
  if (!whole) y = draft.node("Concat", [y, cut(rotaryDim!, END)], { ...onLast, ...named(packed) });
  if (packed) draft.node("Reshape", [y, draft.ints(0, 0, -1)], { output });
  return packed ? "[batch, length, heads, dim]" : "[batch, heads, length, dim]";
}

/** (a, b) → (a·cos − b·sin, b·cos + a·sin) */
function turned(draft: Draft, [a, b]: readonly [string, string], cos: string, sin: string): string[] {
  const product = (x: string, y: string) => draft.node("Mul", [x, y]);
  return [
    draft.node("Sub", [product(a, cos), product(b, sin)]),
    draft.node("Add", [product(b, cos), product(a, sin)]),
  ];
}

function headsOf({ heads, rotaryDim, whole }: FusedRotary, width: Length): number | undefined {
  if (heads > 0) return heads;
  return whole && rotaryDim !== undefined && typeof width === "number" ? width / rotaryDim : undefined;
}

/** The cosines or sines of each position [batch, length, half]. */
function rowsOf(draft: Draft, fused: FusedRotary, cache: string, lengthAxis: number): string | undefined {
  const { x, positions } = fused;
  if (positions === undefined) return cache;
  const rank = draft.scope.known(positions).shape?.length;
  const lookUp = (ids: string) => draft.node("Gather", [cache, ids], { attributes: [intAttr("axis", 0)] });
  if (rank === 2) return lookUp(positions);
  if (rank !== 1) return undefined;
  const length = draft.node("Gather", [draft.node("Shape", [x]), draft.int(lengthAxis)], {
    attributes: [intAttr("axis", 0)],
  });
  const steps = draft.node("Range", [draft.int(0), length, draft.int(1)]);
  return draft.unsqueeze(lookUp(draft.node("Add", [positions, steps])), 0);
}
