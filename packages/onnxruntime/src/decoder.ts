import { array, checkPositions, checkTokens, type NdArray, type Registry, typedArrays } from "@posenc/core";
import { type Transformer, tabulateModel } from "@posenc/model";
import {
  type ExportedTransformer,
  exportModel,
  fromFloat16Bits,
  type ParameterValues,
  readTransformer,
} from "@posenc/onnx";
import type { InferenceSession, Tensor } from "onnxruntime-common";
import { type DecoderInput, decoderRows } from "./decoder-rows.ts";
import { checkRuntime, type Runtime, type SessionExportOptions, type SessionOptions } from "./runtime.ts";
import { checkTensor } from "./tensors.ts";

export type { DecoderInput } from "./decoder-rows.ts";

/** A causal model that remembers what it has seen: the keys and values of earlier tokens stay in the runtime's tensors. */
export interface Decoder {
  readonly model: Transformer;
  /** Tokens in the cache, for each row of the batch, padding included. */
  readonly length: number;
  /**
   * Begins anew: tokens [batch, length] int32 → logits [batch, length, outputs].
   *
   * @throws TypeError, RangeError for bad input, and the cache stays as it was; Error after {@link dispose}, or while
   *   another call is under way
   */
  prefill(tokens: NdArray, input?: DecoderInput): Promise<NdArray>;
  /** The same for tokens that come after those in the cache; one or several for each row. */
  step(tokens: NdArray, input?: DecoderInput): Promise<NdArray>;
  /** Frees the session's memory and the cache. */
  dispose(): Promise<void>;
}

export interface DecoderOptions {
  /** Passed on to ONNX Runtime: execution providers, threads. */
  readonly session?: SessionOptions;
}

export interface CreateDecoderOptions extends DecoderOptions, SessionExportOptions {}

export interface OpenDecoderOptions extends DecoderOptions {
  /** Where the names of encoders are looked up; those of @posenc/core unless given. */
  readonly registry?: Registry;
}

/**
 * A causal model with a token head, exported with a cache and loaded by ONNX Runtime.
 *
 * @param values a value for each of `model.parameters`
 * @param runtime `import * as ort from "onnxruntime-node"`, or "onnxruntime-web"
 * @throws TypeError, RangeError for a missing runtime, values that do not fit the model's parameters, or a model that
 *   cannot decode (see `step` of @posenc/model)
 */
export async function createDecoder(
  model: Transformer,
  values: ParameterValues,
  runtime: Runtime,
  { session, ...options }: CreateDecoderOptions = {},
): Promise<Decoder> {
  checkRuntime("createDecoder", runtime);
  const bytes = exportModel(model, values, { ...options, cache: true });
  const served = tabulateModel(model, options.maxPosition);
  return load({ model: served, cache: "pairs", tensorName: (name) => name }, bytes, runtime, session);
}

/**
 * The same from a file that `exportModel` wrote with `cache`.
 *
 * @throws TypeError, RangeError for a missing runtime, or bytes that are no such file
 */
export async function openDecoder(
  bytes: Uint8Array,
  runtime: Runtime,
  { session, registry }: OpenDecoderOptions = {},
): Promise<Decoder> {
  checkRuntime("openDecoder", runtime);
  const file = readTransformer(bytes, registry && { registry });
  if (!file.cache)
    throw new RangeError("openDecoder: the file must be exported with cache: true, and has no past");
  return load(file, bytes, runtime, session);
}

type Tensors = Readonly<Record<string, Tensor>>;

async function load(
  { model, cache, tensorName }: ExportedTransformer,
  bytes: Uint8Array,
  runtime: Runtime,
  options: SessionOptions = {},
): Promise<Decoder> {
  const { vocabulary, encoder, blocks, heads, dim } = model.options;
  const session = await runtime.InferenceSession.create(bytes, options);
  const layers = Array.from({ length: blocks }, (_, i) => [`${i}.key`, `${i}.value`]).flat();
  const parts = cache === "pairs" ? ["positions", ...layers] : layers;
  const { Tensor } = runtime;
  const halves = session.inputMetadata?.some(
    (input) => input.name === tensorName("past.0.key") && input.isTensor && input.type === "float16",
  );
  const fresh = () => decoderRows(encoder, cache || "pairs");
  let rows = fresh();
  let past: Tensors = {};
  let [busy, disposed] = [false, undefined as Promise<void> | undefined];

  /** Past tensors without a token, by part. */
  function nothing(batch: number): Tensors {
    const empty = (part: string): Tensor => {
      const shape = [batch, heads, 0, dim / heads];
      if (part !== "positions" && halves) return new Tensor("float16", new Uint16Array(0), shape);
      if (part !== "positions") return new Tensor("float32", new Float32Array(0), shape);
      const none = encoder.positions?.real ? new Float32Array(0) : new BigInt64Array(0);
      return new Tensor(none instanceof Float32Array ? "float32" : "int64", none, [batch, 0]);
    };
    return Object.fromEntries(parts.map((part) => [part, empty(part)]));
  }

  function forget(tensors: Tensors): void {
    for (const tensor of Object.values(tensors)) tensor.dispose();
  }

  async function run(call: string, tokens: NdArray, input: DecoderInput, anew: boolean): Promise<NdArray> {
    if (disposed) throw new Error(`decoder: ${call} was called after dispose`);
    if (busy) throw new Error(`decoder: ${call} was called before the call before it had ended`);
    checkTensor("decoder", "tokens", tokens);
    checkTokens("decoder", typedArrays.describe(tokens), vocabulary);
    const { next, positions, mask } = (anew ? fresh() : rows).add(tokens.shape, input);
    checkPositions("decoder", "positions", typedArrays.describe(positions), encoder.positions);
    busy = true;
    try {
      const before = anew || rows.length === 0 ? nothing(tokens.shape[0]!) : past;
      const feeds = {
        [tensorName("tokens")]: whole(tokens),
        [tensorName("positions")]:
          positions.data instanceof Int32Array
            ? whole(positions)
            : new Tensor("float32", positions.data, positions.shape),
        [tensorName("mask")]: new Tensor("int64", mask.data, mask.shape),
        ...Object.fromEntries(parts.map((part) => [tensorName(`past.${part}`), before[part]!])),
      };
      const results = (await session.run(feeds)) as InferenceSession.OnnxValueMapType & Tensors;
      forget(past);
      past = Object.fromEntries(parts.map((part) => [part, results[tensorName(`present.${part}`)]!]));
      rows = next;
      return floats(results[tensorName("logits")]!);
    } finally {
      busy = false;
    }
  }

  const whole = ({ data, shape }: NdArray) => new Tensor("int64", BigInt64Array.from(data, BigInt), shape);

  return {
    model,
    get length() {
      return rows.length;
    },
    prefill: (tokens, input = {}) => run("prefill", tokens, input, true),
    step: (tokens, input = {}) => run("step", tokens, input, false),
    dispose() {
      if (busy)
        return Promise.reject(new Error("decoder: dispose was called before the call before it had ended"));
      disposed ??= session.release().then(() => forget(past));
      return disposed;
    },
  };
}

function floats({ data, dims }: Tensor): NdArray {
  return array(data instanceof Uint16Array ? fromFloat16Bits(data) : (data as Float32Array), dims);
}
