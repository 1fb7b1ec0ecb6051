import {
  array,
  bind,
  type Encoder,
  type Kind,
  type NdArray,
  type RotaryEncoder,
  typedArrays,
} from "@posenc/core";
import { type ExportEncoderOptions, float16Bits, fromFloat16Bits } from "@posenc/onnx";
import { attend, productsOf } from "./attend.ts";
import type { AxisLengths, Plan, VerifyCase } from "./cases.ts";
import { noise, positionsOf } from "./inputs.ts";

/** An encoder as a file has it. */
export interface Exported<E extends Encoder = Encoder> {
  readonly encoder: E;
  readonly options: ExportEncoderOptions;
  readonly axes: AxisLengths;
}

/** What a file is given and should give, by our names. */
export interface EncoderTensors {
  readonly feeds: Readonly<Record<string, NdArray>>;
  readonly want: Readonly<Record<string, NdArray>>;
}

interface Place<E extends Encoder> {
  /** Our names of the axes of queries and keys. */
  readonly tokens: readonly [queries: string, keys: string];
  /** Numbers for each token. */
  width(exported: Exported<E>, length: number): number;
  tensors(exported: Exported<E>, run: VerifyCase): EncoderTensors;
}

/** Queries of attention scores, which have a number for each key. */
const FEW = 3;
const ANY_HEADS = 2;
const ANY_DIM = 8;

const places: { readonly [K in Kind]: Place<Extract<Encoder, { kind: K }>> } = {
  additive: {
    tokens: ["length", "length"],
    width: ({ encoder, axes }) => encoder.dim ?? axes.fixed("dim") ?? ANY_DIM,
    tensors(exported, run) {
      const { encoder } = exported;
      const x = given(exported, run, "x", [run.batch, run.length, this.width(exported, run.length)]);
      const [positions, feed] = positionsFor(exported, run, run.length, "positions", "offset");
      const y = bind(encoder, typedArrays, valuesOf(exported))(x, positions);
      return { feeds: { x, ...feed }, want: { y } };
    },
  },

  rotary: {
    tokens: ["length", "key_length"],
    width(exported, length) {
      const { encoder, options } = exported;
      const keys = options.attention ? fewOf(exported, length) : 0;
      return Math.max(...headsOf(exported)) * Math.max(encoder.dim, keys);
    },
    tensors(exported, run) {
      const { encoder, options } = exported;
      const { dim } = encoder;
      const count = options.attention ? fewOf(exported, run.length) : queriesOf(exported, run.length);
      const [heads, keyHeads] = headsOf(exported);
      const q = given(exported, run, "q", [run.batch, heads, count, dim]);
      const k = given(exported, run, "k", [run.batch, keyHeads, run.length, dim]);
      const [positions, feed] = positionsFor(exported, run, count, "positions", "offset");
      const [keys, keyFeed] = positionsFor(exported, run, run.length, "key_positions", "key_offset");
      const [turnedQ, turnedK] = bind(encoder, typedArrays, valuesOf(exported))(q, k, positions, keys);
      const arranged = { ...arrange(exported, { q, k }), ...feed, ...keyFeed };
      if (options.attention === undefined) {
        const want = arrange(exported, { q_rotated: turnedQ, k_rotated: turnedK });
        return { feeds: arranged, want };
      }
      const v = valuesTensor(exported, run, keyHeads, dim);
      const y = attend({ q: turnedQ, k: turnedK, v, ...causalOf(exported, positions, keys) });
      return { feeds: { ...arranged, ...arrange(exported, { v }) }, want: arrange(exported, { y }) };
    },
  },

  bias: {
    tokens: ["queries", "keys"],
    width(exported, length) {
      const { encoder, options } = exported;
      const dim = options.attention ? (options.headDim ?? ANY_DIM) : 1;
      return encoder.heads * Math.max(dim, fewOf(exported, length));
    },
    tensors(exported, run) {
      const { encoder, options, axes } = exported;
      const { heads } = encoder;
      const count = fewOf(exported, run.length);
      const [queries, feed] = positionsFor(exported, run, count, "queries", "offset");
      const [keys, keyFeed] = positionsFor(exported, run, run.length, "keys", "key_offset");
      const scores = bind(encoder, typedArrays, valuesOf(exported))(queries, keys);
      if (options.attention === undefined) return { feeds: { ...feed, ...keyFeed }, want: { scores } };
      const dim = options.headDim ?? axes.fixed("q_dim") ?? axes.fixed("k_dim") ?? ANY_DIM;
      const keyHeads = options.keyHeads ?? axes.fixed("key_heads") ?? heads;
      const q = given(exported, run, "q", [run.batch, heads, count, dim]);
      const k = given(exported, run, "k", [run.batch, keyHeads, run.length, dim]);
      const v = valuesTensor(exported, run, keyHeads, dim);
      const y = attend({ q, k, v, scores, ...causalOf(exported, queries, keys) });
      return {
        feeds: { ...arrange(exported, { q, k, v }), ...feed, ...keyFeed },
        want: arrange(exported, { y }),
      };
    },
  },

  content: {
    tokens: ["queries", "keys"],
    width: (exported, length) =>
      exported.encoder.heads * Math.max(exported.encoder.dim, fewOf(exported, length)),
    tensors(exported, run) {
      const { encoder, options } = exported;
      const { heads, dim } = encoder;
      const count = fewOf(exported, run.length);
      const q = given(exported, run, "q", [run.batch, heads, count, dim]);
      const k = given(exported, run, "k", [run.batch, heads, run.length, dim]);
      const products = rounded(exported, productsOf(q, k));
      const inside = options.attention ? productsOf(q, k) : products;
      const [queries, feed] = positionsFor(exported, run, count, "queries", "offset");
      const [keys, keyFeed] = positionsFor(exported, run, run.length, "keys", "key_offset");
      const values = valuesOf(exported);
      const scores = bind(encoder, typedArrays, values)({ q, k, products: inside }, queries, keys);
      const arranged = { ...arrange(exported, { q, k }), ...feed, ...keyFeed };
      if (options.attention === undefined) return { feeds: { ...arranged, products }, want: { scores } };
      const v = valuesTensor(exported, run, heads, dim);
      const y = attend({ q, k, v, scores, ...causalOf(exported, queries, keys) });
      return { feeds: { ...arranged, ...arrange(exported, { v }) }, want: arrange(exported, { y }) };
    },
  },
};

/** What goes into one run, and what the encoder makes of it on typed arrays. */
export function encoderTensors(exported: Exported, run: VerifyCase): EncoderTensors {
  return (places[exported.encoder.kind] as Place<Encoder>).tensors(exported, run);
}

export function planOf(exported: Exported): Omit<Plan, "lengths"> {
  const { encoder, options, axes } = exported;
  const { tokens, width } = places[encoder.kind] as Place<Encoder>;
  const alone = encoder.kind === "bias" && options.attention === undefined;
  return {
    positions: encoder.positions,
    maxPosition: options.maxPosition,
    axes,
    tokens: tokens[1],
    rows: options.positions === "offset" ? "one" : alone ? "only" : "any",
    width: (length) => width(exported, length),
  };
}

function queriesOf({ encoder, axes }: Exported, length: number): number {
  return axes.fixed(places[encoder.kind].tokens[0]) ?? length;
}

function fewOf(exported: Exported, length: number): number {
  const { axes, encoder } = exported;
  const [queries, keys] = places[encoder.kind].tokens;
  return axes.fixed(queries) ?? (axes.same(queries, keys) ? length : Math.min(length, FEW));
}

function headsOf(exported: Exported<RotaryEncoder>): [queries: number, keys: number] {
  const { encoder, options, axes } = exported;
  if (encoder.heads !== undefined) return [encoder.heads, encoder.heads];
  const { heads = axes.fixed("heads"), keyHeads = options.heads ?? axes.fixed("key_heads") } = options;
  return [heads ?? keyHeads ?? ANY_HEADS, keyHeads ?? heads ?? ANY_HEADS];
}

function valuesOf({ encoder, options }: Exported): Record<string, NdArray> {
  return Object.fromEntries(
    Object.entries(encoder.parameters).map(([name, { shape }]) => [
      name,
      array(options.values![name] as Float32Array, shape),
    ]),
  );
}

/** A random input, of float16 numbers where the file takes those. */
function given(exported: Exported, run: VerifyCase, name: string, shape: readonly number[]): NdArray {
  return rounded(exported, noise(name, run, ...shape));
}

function rounded({ options }: Exported, x: NdArray): NdArray {
  if (options.dtype !== "float16") return x;
  return array(fromFloat16Bits(float16Bits(x.data as Float32Array)), x.shape);
}

function valuesTensor(exported: Exported, run: VerifyCase, heads: number, dim: number): NdArray {
  const own = exported.options.layout === undefined ? exported.axes.fixed("v_dim") : undefined;
  return given(exported, run, "v", [run.batch, heads, run.length, own ?? dim]);
}

/** The last `count` positions, and the input that says so. */
function positionsFor(
  { encoder, options }: Exported,
  run: VerifyCase,
  count: number,
  name: string,
  offset: string,
): [positions: NdArray, feed: Record<string, NdArray>] {
  if (options.positions !== "offset") {
    const positions = positionsOf(run, count, encoder.positions);
    return [positions, { [name]: positions }];
  }
  const positions = positionsOf(run, count);
  return [positions, { [offset]: array(Int32Array.of(positions.data[0]!), []) }];
}

function causalOf({ options }: Exported, queries: NdArray, keys: NdArray) {
  return options.attention === "causal" ? { causal: [queries, keys] as const } : {};
}

/** [batch, heads, length, dim] as the file has it. */
function arrange({ options }: Exported, tensors: Readonly<Record<string, NdArray>>): Record<string, NdArray> {
  const { flatten, swapAxes } = typedArrays;
  if (options.layout !== "flat") return { ...tensors };
  return Object.fromEntries(
    Object.entries(tensors).map(([name, x]) => [
      name,
      flatten(swapAxes(x, -3, -2), x.shape.at(-3)! * x.shape.at(-1)!),
    ]),
  );
}
