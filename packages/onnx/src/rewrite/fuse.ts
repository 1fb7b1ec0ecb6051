import { TensorProto_DataType as Type } from "onnx-buf";
import type { RotaryTarget } from "../fused-rotary.ts";
import { type Draft, intAttr } from "./draft.ts";
import type { RotaryPattern } from "./find-rotary.ts";
import { halve, type Refusal } from "./halve.ts";
import { type Length, over, type Shape, times } from "./lengths.ts";
import { MICROSOFT } from "./nodes.ts";
import { unsqueezed } from "./pairs.ts";

export type FusedTarget = Exclude<RotaryTarget, "primitives">;

/** The axes of what is turned. */
export type RotaryLayout =
  | "[batch, heads, length, dim]"
  | "[batch, length, heads, dim]"
  | "[batch, length, dim]";

/** How one rotation is computed by RotaryEmbedding. */
export interface Fused {
  readonly layout: RotaryLayout;
  readonly rotaryDim: number | undefined;
  /** What the operator replaces: the pattern, or the rotation within it. */
  readonly replaced: RotaryPattern;
}

/**
 * Drafts a RotaryEmbedding in place of a pattern; its result has the name of the pattern's. Cosines and sines are
 * brought to [batch, length, rotaryDim / 2], for com.microsoft to [batch · length, rotaryDim / 2] with positions
 * 0, 1, 2 … in them.
 */
export function fuse(pattern: RotaryPattern, draft: Draft, target: FusedTarget): Fused | Refusal {
  const { scope, pairing, inverse } = pattern;
  const heads = (shape: Shape | undefined) => shape?.[1];
  const shape = scope.known(pattern.x).shape;
  if (shape === undefined || shape.length < 3 || shape.length > 4)
    return { why: `what is turned must have 3 or 4 axes, it has ${shape?.length ?? "an unknown number"}` };
  const type = scope.known(pattern.x).type;
  const types: readonly (number | undefined)[] = [undefined, Type.FLOAT, Type.FLOAT16, Type.BFLOAT16];
  if (!types.includes(type)) return { why: `RotaryEmbedding does not take ${Type[type!] ?? type}` };

  const factors = [pattern.cos, pattern.sin].map((edge) => narrow(pattern, draft, edge, shape));
  const refused = factors.find((factor) => "why" in factor);
  if (refused !== undefined && "why" in refused) return refused;
  const [cosine, sine] = factors as [Factor, Factor];
  const layout = layoutOf(shape, [cosine, sine]);
  if (typeof layout !== "string") return layout;
  const lengthAxis = layout === "[batch, heads, length, dim]" ? 2 : 1;

  // Partial rotation in com.microsoft needs the number of heads.
  const headCount = layout === "[batch, length, heads, dim]" ? shape[2] : heads(shape);
  const count = shape.length === 3 ? 1 : typeof headCount === "number" ? headCount : undefined;
  const within = count === undefined && target === MICROSOFT ? undefined : pattern.within;
  const x = within?.x ?? pattern.x;
  const replaced = within ? pattern : (pattern.within?.inner ?? pattern);
  const rotaryDim = rotaryDimOf(pattern, shape, cosine);

  const sizes = sizesOf(draft, x, shape, lengthAxis);
  const [cos, sin] = [cosine, sine].map((factor) => table(draft, factor, shape, lengthAxis, sizes)) as [
    string,
    string,
  ];
  const turned = inverse ? draft.node("Neg", [sin]) : sin;
  const attributes = [intAttr("interleaved", pairing === "interleaved" ? 1 : 0)];
  if (within) attributes.push(intAttr("rotary_embedding_dim", within.rotaryDim));
  const packed = layout === "[batch, length, heads, dim]" && count !== undefined;
  if (packed || (within && target === MICROSOFT)) attributes.push(intAttr("num_heads", count!));

  const apply = (input: string, output?: string) => {
    const named = output === undefined ? {} : { output };
    if (target === "ai.onnx")
      return draft.node("RotaryEmbedding", [input, cos, turned], { attributes, ...named });
    const inputs = [input, positions(draft, sizes), flat(draft, cos), flat(draft, turned)];
    return draft.node("RotaryEmbedding", inputs, { attributes, domain: MICROSOFT, ...named });
  };
  const width = within ? scope.known(within.x).shape!.at(-1)! : shape.at(-1)!;
  around(draft, x, layout, count, width, apply, replaced.last.output[0]!);
  return { layout, rotaryDim, replaced };
}

/** x as the operator takes it, and its result as the graph takes it. */
function around(
  draft: Draft,
  x: string,
  layout: RotaryLayout,
  heads: number | undefined,
  width: Length,
  apply: (input: string, output?: string) => string,
  output: string,
): void {
  if (layout === "[batch, heads, length, dim]") {
    apply(x, output);
  } else if (layout === "[batch, length, dim]") {
    const rows = apply(draft.unsqueeze(x, 1));
    draft.squeeze(rows, 4, 1, output);
  } else if (heads === undefined) {
    const perm = { attributes: [{ name: "perm", type: 7, ints: [0n, 2n, 1n, 3n] }] };
    const turned = apply(draft.node("Transpose", [x], perm));
    draft.node("Transpose", [turned], { ...perm, output });
  } else {
    const all = times(width, heads);
    const [packed, single] = typeof all === "number" ? [all, width as number] : [-1, -1];
    const turned = apply(draft.node("Reshape", [x, draft.ints(0, 0, packed)]));
    draft.node("Reshape", [turned, draft.ints(0, 0, heads, single)], { output });
  }
}

/** Cosines or sines [..., half], with what is known of their lengths. */
interface Factor {
  readonly edge: string;
  readonly shape: Shape;
}

function narrow(pattern: RotaryPattern, draft: Draft, edge: string, x: Shape): Factor | Refusal {
  const { scope, full, kept, pairing } = pattern;
  let shape = scope.known(edge).shape;
  if (shape === undefined) return { why: `the axes of ${JSON.stringify(edge)} are not known` };
  let factor = edge;
  if (kept) {
    if (shape.at(-1) !== 1) return { why: `the last axis of ${JSON.stringify(edge)} must have length 1` };
    factor = unsqueezed(scope, edge, 1)?.source ?? draft.squeeze(edge, shape.length, shape.length - 1);
    shape = shape.slice(0, -1);
  }
  if (shape.length === 0 || shape.at(-1) === 1)
    return { why: `${JSON.stringify(edge)} has one value for all pairs` };
  if (shape.length > x.length) return { why: `${JSON.stringify(edge)} has more axes than what is turned` };
  if (!full) return { edge: factor, shape };
  const half = halve(draft, factor, pairing);
  if (typeof half !== "string") return half;
  return { edge: half, shape: [...shape.slice(0, -1), over(shape.at(-1)!, 2)] };
}

/** Which axis of x the heads are: one along which cosines and sines are the same. */
function layoutOf(x: Shape, factors: readonly Factor[]): RotaryLayout | Refusal {
  if (x.length === 3) return "[batch, length, dim]";
  const same = (fromEnd: number) => factors.every(({ shape }) => (shape.at(-fromEnd) ?? 1) === 1);
  if (same(3)) return "[batch, heads, length, dim]";
  if (same(2)) return "[batch, length, heads, dim]";
  return {
    why: "cosines and sines may differ from head to head: no axis of theirs is known to have length 1",
  };
}

function rotaryDimOf(
  { within, full, scope, cos }: RotaryPattern,
  x: Shape,
  cosine: Factor,
): number | undefined {
  const half = cosine.shape.at(-1)!;
  const widths = [within?.rotaryDim, x.at(-1), full ? scope.known(cos).shape?.at(-1) : times(half, 2)];
  return widths.find((width) => typeof width === "number");
}

interface Sizes {
  /** An edge with both. */
  readonly both: string;
  readonly batch: Length;
  readonly length: Length;
}

/** The batch and the length of x, as an edge [2]. */
function sizesOf(draft: Draft, x: string, shape: Shape, lengthAxis: number): Sizes {
  const [batch, length] = [shape[0]!, shape[lengthAxis]!];
  const both =
    typeof batch === "number" && typeof length === "number"
      ? draft.ints(batch, length)
      : draft.once(`sizes ${batch} ${length}`, () =>
          draft.node("Gather", [draft.node("Shape", [x]), draft.ints(0, lengthAxis)], {
            attributes: [intAttr("axis", 0)],
          }),
        );
  return { both, batch, length };
}

/** Cosines or sines as [batch, length, half]. */
function table(draft: Draft, { edge, shape }: Factor, x: Shape, lengthAxis: number, sizes: Sizes): string {
  const heads = x.length === 4 ? (lengthAxis === 2 ? 3 : 2) : undefined;
  let rows = edge;
  let lengths: Length[] = [...shape];
  if (heads !== undefined && shape.length >= heads && (shape.length === 4 || heads === 2)) {
    const axis = shape.length - heads;
    rows = draft.squeeze(rows, shape.length, axis);
    lengths.splice(axis, 1);
  }
  const missing = Array.from({ length: 3 - lengths.length }, (_, axis) => axis);
  if (missing.length > 0) rows = draft.unsqueeze(rows, ...missing);
  lengths = [...missing.map(() => 1), ...lengths];
  if (lengths[0] === sizes.batch && lengths[1] === sizes.length) return rows;
  const target = draft.node("Concat", [sizes.both, draft.ints(1)], { attributes: [intAttr("axis", 0)] });
  return draft.node("Expand", [rows, target]);
}

/** [batch, length, half] → [batch · length, half] */
const flat = (draft: Draft, rows: string): string =>
  draft.node("Flatten", [rows], { attributes: [intAttr("axis", 2)] });

/** 0, 1, 2 … as [batch, length]. */
function positions(draft: Draft, { both }: Sizes): string {
  const all = draft.node("ReduceProd", [both], { attributes: [intAttr("keepdims", 0)] });
  return draft.node("Reshape", [draft.node("Range", [draft.int(0), all, draft.int(1)]), both]);
}
