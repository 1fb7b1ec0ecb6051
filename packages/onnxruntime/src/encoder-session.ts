import {
  type Attention,
  checkAdditive,
  checkBias,
  checkContent,
  checkRotary,
  checks,
  type Encoder,
  type Kind,
  type NdArray,
  perBatch,
  sizeOf,
  typedArrays,
} from "@posenc/core";
import { exportEncoder, type ParameterValues } from "@posenc/onnx";
import {
  checkRuntime,
  type GraphSession,
  openGraph,
  type Runtime,
  type SessionExportOptions,
  type SessionOptions,
} from "./runtime.ts";
import { sharedGraph } from "./shared-graph.ts";
import { checkTensor, feedPositions, reshape } from "./tensors.ts";

/** What `bind` gives, with promises. */
export interface EncoderRun {
  /** x [..., length, dim], positions [length], or [batch, length] with x [batch, length, dim] → x + vectors. */
  additive(x: NdArray, positions: NdArray): Promise<NdArray>;
  /**
   * q and k [..., length, dim], positions [length], or [batch, length] with q and k [batch, heads, length, dim]
   * → q and k turned.
   */
  rotary(
    q: NdArray,
    k: NdArray,
    positions: NdArray,
    keyPositions?: NdArray,
  ): Promise<[q: NdArray, k: NdArray]>;
  /** positions of queries [q] and keys [k], or [batch, q] and [batch, k] → scores [heads, q, k] or [batch, heads, q, k]. */
  bias(queries: NdArray, keys: NdArray): Promise<NdArray>;
  /** q and k [batch, heads, length, dim], their products, and positions as for a bias → scores [batch, heads, q, k]. */
  content(attention: Attention<NdArray>, queries: NdArray, keys: NdArray): Promise<NdArray>;
}

export interface EncoderSession<K extends Kind = Kind> {
  /** @throws TypeError, RangeError for bad input, as `bind` does; Error after {@link dispose} */
  readonly run: EncoderRun[K];
  /** Frees the session's memory. */
  dispose(): Promise<void>;
}

export interface EncoderSessionOptions extends SessionExportOptions {
  /** A value for each of the encoder's parameters. Required where it has any. */
  readonly values?: ParameterValues;
  /** Passed on to ONNX Runtime: execution providers, threads. */
  readonly session?: SessionOptions;
}

type Runners = {
  [K in Kind]: (
    encoder: Extract<Encoder, { kind: K }>,
    graph: GraphSession,
    longest: number | undefined,
  ) => EncoderRun[K];
};

const runners: Runners = {
  additive: (encoder, graph) => async (x, positions) => {
    checkTensors(encoder, { x, positions });
    checkAdditive(encoder, typedArrays, x, positions);
    const { y } = await graph.run({
      x: reshape(x, [sizeOf(x.shape.slice(0, -2)), ...x.shape.slice(-2)]),
      positions: feedPositions(encoder, "positions", positions),
    });
    return reshape(y!, x.shape);
  },

  rotary:
    (encoder, graph, longest) =>
    async (q, k, positions, keyPositions = positions) => {
      checkTensors(encoder, { q, k, positions, keyPositions });
      checkRotary(encoder, typedArrays, q, k, positions, keyPositions);
      checkLengths(encoder, longest, { q, k });
      const { q_rotated, k_rotated } = await graph.run({
        q: headsOf(q),
        k: headsOf(k),
        positions: feedPositions(encoder, "positions", positions),
        key_positions: feedPositions(encoder, "keyPositions", keyPositions),
      });
      return [reshape(q_rotated!, q.shape), reshape(k_rotated!, k.shape)];
    },

  bias: (encoder, graph) => async (queries, keys) => {
    checkTensors(encoder, { queries, keys });
    checkBias(encoder, typedArrays, queries, keys);
    const { scores } = await graph.run({
      queries: feedPositions(encoder, "queries", queries),
      keys: feedPositions(encoder, "keys", keys),
    });
    return perBatch(queries.shape, encoder.positions) ? scores! : reshape(scores!, scores!.shape.slice(1));
  },

  content: (encoder, graph) => async (attention, queries, keys) => {
    checks.checkObject(encoder.name, "attention", attention);
    const { q, k, products } = attention;
    checkTensors(encoder, { q, k, products, queries, keys });
    checkContent(encoder, typedArrays, attention, queries, keys);
    const { scores } = await graph.run({
      q,
      k,
      products,
      queries: feedPositions(encoder, "queries", queries),
      keys: feedPositions(encoder, "keys", keys),
    });
    return scores!;
  },
};

/** x as [batch, heads, length, dim]: fewer axes are heads of one batch, further ones are taken together with them. */
function headsOf(x: NdArray): NdArray {
  if (x.shape.length === 4) return x;
  return reshape(x, [1, sizeOf(x.shape.slice(0, -2)), ...x.shape.slice(-2)]);
}

/** The operator refuses more tokens than a table has rows, even where each position is in range. */
function checkLengths(
  { name }: Encoder,
  longest = Number.POSITIVE_INFINITY,
  tensors: Readonly<Record<string, NdArray>>,
): void {
  for (const [what, { shape }] of Object.entries(tensors)) {
    if (shape.at(-2)! <= longest) continue;
    throw new RangeError(
      `${name}: length of ${what} must be at most maxPosition ${longest} with the fused operator, got ${shape.at(-2)}`,
    );
  }
}

function checkTensors({ name }: Encoder, tensors: Readonly<Record<string, unknown>>): void {
  for (const [what, x] of Object.entries(tensors)) checkTensor(name, what, x);
}

/**
 * An encoder as an ONNX graph, loaded by ONNX Runtime. Its `run` takes and gives what `bind` does on typed arrays.
 *
 * Sessions of the same encoder with the same options are one in the runtime, unless values or session options are given.
 *
 * Real positions are float32 in any case; with `dtype: "float16"` other numbers are rounded on their way in and out.
 *
 * @param runtime `import * as ort from "onnxruntime-node"`, or "onnxruntime-web"
 * @throws TypeError, RangeError for a missing runtime, or values that do not fit the encoder's parameters
 */
export async function createEncoderSession<E extends Encoder>(
  encoder: E,
  runtime: Runtime,
  { session, ...options }: EncoderSessionOptions = {},
): Promise<EncoderSession<E["kind"]>> {
  checkRuntime("createEncoderSession", runtime);
  checks.checkObject("createEncoderSession", "encoder", encoder);
  const { values, ...how } = options;
  const { name } = encoder;
  const load = () => {
    const float16 = how.dtype === "float16" ? ["x", "q", "k", "products"] : [];
    return openGraph(name, runtime, exportEncoder(encoder, options), session, float16);
  };
  const own = values !== undefined || session !== undefined;
  const graph = await (own ? load() : sharedGraph(name, runtime, encoder, JSON.stringify(how), load));
  const { maxPosition, rotary = "primitives" } = how;
  const served =
    maxPosition === undefined
      ? encoder
      : { ...encoder, positions: { ...encoder.positions, below: maxPosition } };
  const runner = runners[encoder.kind] as (
    encoder: Encoder,
    graph: GraphSession,
    longest: number | undefined,
  ) => EncoderRun[E["kind"]];
  const longest = rotary === "primitives" ? undefined : maxPosition;
  return { run: runner(served, graph, longest), dispose: graph.dispose };
}
