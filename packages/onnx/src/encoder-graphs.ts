import { bind, checks, type Encoder, type Kind, type Parameters, type Values } from "@posenc/core";
import type { ExportOptions, File } from "./export-options.ts";
import type { Edge } from "./graph.ts";
import { type Dim, LEAST_OPSET } from "./proto.ts";

/** What goes into the graph of an encoder, and in which form. */
export interface EncoderLayout {
  /** Positions are an "input" (default), or count from an input `offset`, as many as x, or q and k, are long. */
  readonly positions?: "input" | "offset";
  /** q, k and v are [batch, heads, length, dim], "heads" (default), or "flat", [batch, length, heads · dim]. */
  readonly layout?: "heads" | "flat";
  /** How many heads; needed for the flat layout where the encoder does not say it itself. */
  readonly heads?: number;
  /** Length of a head; needed for the flat layout where the encoder does not say it itself. */
  readonly headDim?: number;
  /** Heads of k and v where they have fewer, for the flat layout. */
  readonly keyHeads?: number;
  /** The operator Attention (opset 23), the encoder inside: over all keys, or over those not after the query. */
  readonly attention?: "full" | "causal";
}

export const LAYOUT_OPTIONS = ["positions", "layout", "heads", "headDim", "keyHeads", "attention"] as const;

const ATTENTION_OPSET = 23;
/** Added to what a token may not see; products of queries and later keys may be large themselves (xPos). */
const MASKED = -1e38;

interface Job {
  readonly file: File;
  readonly values: Values<Parameters, Edge>;
  readonly layout: EncoderLayout;
}

type Writers = { [K in Kind]: (encoder: Extract<Encoder, { kind: K }>, job: Job) => void };

const writers: Writers = {
  additive(encoder, { file, values, layout }) {
    const dims = ["batch", "length", encoder.dim ?? "dim"];
    const x = file.tensor("x", dims);
    const positions = positionsOf(encoder, file, layout, "positions", "offset", "length", x);
    file.result("y", bind(encoder, file.ops, values)(x, positions), dims);
  },

  rotary(encoder, job) {
    const { file, values, layout } = job;
    const { dim, heads = layout.heads } = encoder;
    const q = headed(job, "q", { heads, named: "heads", length: "length", dim });
    const shared = { heads: layout.keyHeads ?? heads, named: "key_heads", length: "key_length" };
    const k = headed(job, "k", { ...shared, dim });
    const v = layout.attention && headed(job, "v", { ...shared, dim: layout.layout && dim });
    const positions = positionsOf(encoder, file, layout, "positions", "offset", "length", q.x);
    const keyPositions = positionsOf(encoder, file, layout, "key_positions", "key_offset", "key_length", k.x);
    const [turnedQ, turnedK] = bind(encoder, file.ops, values)(q.x, k.x, positions, keyPositions);
    if (v) return attend(job, { ...q, x: turnedQ }, turnedK, v, undefined, positions, keyPositions);
    file.result("q_rotated", q.back(turnedQ), q.dims);
    file.result("k_rotated", k.back(turnedK), k.dims);
  },

  bias(encoder, job) {
    const { file, values, layout } = job;
    const { heads } = encoder;
    const at = layout.attention && attended(job, heads, layout.keyHeads, layout.headDim);
    const queries = positionsOf(encoder, file, layout, "queries", "offset", "queries", at?.q.x);
    const keys = positionsOf(encoder, file, layout, "keys", "key_offset", "keys", at?.k.x);
    const scores = bind(encoder, file.ops, values)(queries, keys);
    if (at) return attend(job, at.q, at.k.x, at.v, scores, queries, keys);
    file.result("scores", scores, ["positions_batch", heads, "queries", "keys"]);
  },

  content(encoder, job) {
    const { file, values, layout } = job;
    const { heads, dim } = encoder;
    const lengths = { heads, named: "heads", dim };
    const at = layout.attention && attended(job, heads, heads, dim);
    const q = (at?.q ?? headed(job, "q", { ...lengths, length: "queries" })).x;
    const k = (at?.k ?? headed(job, "k", { ...lengths, length: "keys" })).x;
    const { matMul, mul, swapAxes } = file.ops;
    const products = at
      ? mul(matMul(q, swapAxes(k, -2, -1)), 1 / Math.sqrt(dim))
      : file.tensor("products", ["batch", heads, "queries", "keys"]);
    const queries = positionsOf(encoder, file, layout, "queries", "offset", "queries", q);
    const keys = positionsOf(encoder, file, layout, "keys", "key_offset", "keys", k);
    const scores = bind(encoder, file.ops, values)({ q, k, products }, queries, keys);
    if (at) return attend(job, at.q, k, at.v, scores, queries, keys);
    file.result("scores", scores, ["batch", heads, "queries", "keys"]);
  },
};

/** Inputs, the encoder's nodes and outputs. The layout has been checked. */
export function writeEncoder(
  encoder: Encoder,
  file: File,
  values: Values<Parameters, Edge>,
  layout: EncoderLayout,
): void {
  const write = writers[encoder.kind] as (encoder: Encoder, job: Job) => void;
  write(encoder, { file, values, layout });
}

/** @throws TypeError, RangeError for a bad option, or options that do not go together */
export function checkLayout(who: string, encoder: Encoder, options: EncoderLayout & ExportOptions): void {
  const { positions = "input", layout = "heads", heads, headDim, keyHeads, attention, opset } = options;
  const { kind, name } = encoder;
  checks.checkOneOf(who, "positions", positions, ["input", "offset"]);
  checks.checkOneOf(who, "layout", layout, ["heads", "flat"]);
  for (const [what, value] of Object.entries({ heads, headDim, keyHeads })) {
    if (value !== undefined) checks.checkCount(who, what, value);
  }
  const refuse = (what: string, expected: string, value: unknown) => {
    throw new TypeError(`${who}: ${what} must be ${expected}, got ${checks.show(value)}`);
  };
  if (attention !== undefined) {
    checks.checkOneOf(who, "attention", attention, ["full", "causal"]);
    if (kind === "additive") refuse("attention", `left out for ${name}, which acts on embeddings`, attention);
    if ((opset ?? LEAST_OPSET) < ATTENTION_OPSET) {
      throw new RangeError(
        `${who}: opset must be at least ${ATTENTION_OPSET} for attention, got ${opset ?? LEAST_OPSET}`,
      );
    }
  }
  if (attention === "causal" && encoder.positions?.axes !== undefined) {
    refuse("attention", `"full" for ${name}, whose positions have no order`, attention);
  }
  if (positions === "offset") {
    if (encoder.positions?.axes !== undefined) {
      refuse("positions", `"input" for ${name}, whose positions have several coordinates`, positions);
    }
    if (kind === "bias" && attention === undefined) {
      refuse(
        "positions",
        `"input" for ${name} without attention, since nothing tells the lengths`,
        positions,
      );
    }
  }
  if (layout === "flat") {
    if (kind === "additive" || (kind === "bias" && attention === undefined)) {
      refuse("layout", `"heads" for ${name}, which has no queries and keys here`, layout);
    }
    if (kind === "rotary" && heads === undefined) refuse("heads", 'a count where layout is "flat"', heads);
    if (kind === "bias" && headDim === undefined)
      refuse("headDim", 'a count where layout is "flat"', headDim);
  }
}

export function positionType({ positions }: Pick<Encoder, "positions">): "float32" | "int32" {
  return positions?.real ? "float32" : "int32";
}

export function positionDims({ positions }: Pick<Encoder, "positions">, length: string): Dim[] {
  return ["positions_batch", length, ...(positions?.axes === undefined ? [] : [positions.axes])];
}

/** The input `name`, or as many numbers from the input `offset` on as x [..., length, dim] is long. */
function positionsOf(
  encoder: Encoder,
  { graph, ops }: File,
  { positions = "input" }: EncoderLayout,
  name: string,
  offset: string,
  length: string,
  x: Edge | undefined,
): Edge {
  if (positions === "input" || x === undefined) {
    return graph.input(name, positionType(encoder), positionDims(encoder, length));
  }
  const first = graph.input(offset, "int32", []);
  const lengths = graph.node(
    "Shape",
    [x],
    { type: "int32", rank: 1 },
    { start: { int: -2 }, end: { int: -1 } },
  );
  const count = graph.node("Squeeze", [lengths], { type: "int32", rank: 0 });
  const all = graph.node("Range", [first, ops.add(first, count), graph.constant(Int32Array.of(1), [])], {
    type: "int32",
    rank: 1,
  });
  return encoder.positions?.real ? ops.float(all) : all;
}

interface Headed {
  /** [batch, heads, length, dim]. */
  readonly x: Edge;
  /** As the file has it. */
  readonly dims: readonly Dim[];
  /** [batch, heads, length, dim] → as the file has it. */
  back(x: Edge): Edge;
}

interface Heads {
  readonly heads: number | undefined;
  /** What the axis is called where their number is not fixed. */
  readonly named: string;
  readonly length: string;
  readonly dim: number | undefined;
}

function headed({ file, layout }: Job, name: string, { heads, named, length, dim }: Heads): Headed {
  if (layout.layout !== "flat" || heads === undefined || dim === undefined) {
    const dims = ["batch", heads ?? named, length, dim ?? `${name}_dim`];
    return { x: file.tensor(name, dims), dims, back: (x) => x };
  }
  const { flatten, swapAxes, unflatten } = file.ops;
  const dims = ["batch", length, heads * dim];
  return {
    x: swapAxes(unflatten(file.tensor(name, dims), [heads, dim]), -3, -2),
    dims,
    back: (x) => flatten(swapAxes(x, -3, -2), heads * dim),
  };
}

interface Attended {
  readonly q: Headed;
  readonly k: Headed;
  readonly v: Headed;
}

function attended(job: Job, heads: number, keyHeads: number | undefined, dim: number | undefined): Attended {
  const shared = { heads: keyHeads ?? heads, named: "key_heads", length: "keys" };
  return {
    q: headed(job, "q", { heads, named: "heads", length: "queries", dim }),
    k: headed(job, "k", { ...shared, dim }),
    v: headed(job, "v", { ...shared, dim: job.layout.layout && dim }),
  };
}

/** The output `y`: the operator Attention, which divides by √dim and adds the scores before the softmax. */
function attend(
  { file, layout }: Job,
  q: Headed,
  k: Edge,
  v: Headed,
  scores: Edge | undefined,
  queryPositions: Edge,
  keyPositions: Edge,
): void {
  const { expandDims, less, where } = file.ops;
  const withRank4 = (x: Edge): Edge => (x.rank < 4 ? withRank4(expandDims(x, -x.rank - 1)) : x);
  let mask = scores && withRank4(scores);
  if (layout.attention === "causal") {
    const later = expandDims(less(expandDims(queryPositions, -1), expandDims(keyPositions, -2)), -3);
    mask = withRank4(where(later, MASKED, mask ?? 0));
  }
  const inputs = [q.x, k, v.x, ...(mask ? [mask] : [])];
  file.result("y", q.back(file.graph.node("Attention", inputs, q.x)));
}
