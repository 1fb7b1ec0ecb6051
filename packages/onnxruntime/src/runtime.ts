import { array, checks, type NdArray } from "@posenc/core";
import { type ExportOptions, float16Bits, fromFloat16Bits } from "@posenc/onnx";
import type {
  InferenceSession,
  InferenceSessionFactory,
  Tensor,
  TensorConstructor,
} from "onnxruntime-common";

/** ONNX Runtime, as `import * as ort from "onnxruntime-node"` (or "onnxruntime-web") gives it. */
export interface Runtime {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
}

export type SessionOptions = InferenceSession.SessionOptions;

/** How the graph of a session is written; see `ExportOptions` of @posenc/onnx. */
export type SessionExportOptions = Pick<
  ExportOptions,
  "opset" | "rotary" | "dtype" | "maxPosition" | "inline"
>;

export interface GraphSession {
  /** int32 goes in as int64, and int64 comes back as int32. @throws Error after {@link dispose} */
  run(inputs: Readonly<Record<string, NdArray>>): Promise<Record<string, NdArray>>;
  /** Frees the session's memory. */
  dispose(): Promise<void>;
}

/** @throws TypeError where `runtime` is not ONNX Runtime */
export function checkRuntime(who: string, runtime: unknown): asserts runtime is Runtime {
  const { InferenceSession, Tensor } = (runtime ?? {}) as Partial<Runtime>;
  if (typeof InferenceSession?.create === "function" && typeof Tensor === "function") return;
  throw new TypeError(
    `${who}: runtime must be ONNX Runtime, { InferenceSession, Tensor } as in import * as ort from "onnxruntime-node", got ${checks.show(runtime)}`,
  );
}

/**
 * Loads a graph made by @posenc/onnx.
 *
 * @param who is named in errors
 * @param float16 names of the inputs of that type
 */
export async function openGraph(
  who: string,
  runtime: Runtime,
  bytes: Uint8Array,
  options: SessionOptions = {},
  float16: readonly string[] = [],
): Promise<GraphSession> {
  const session = await runtime.InferenceSession.create(bytes, options);
  let released: Promise<void> | undefined;
  return {
    async run(inputs) {
      if (released) throw new Error(`${who}: run was called after dispose`);
      const feeds = Object.entries(inputs).map(
        ([name, x]) => [name, toTensor(runtime, x, float16.includes(name))] as const,
      );
      const results = await session.run(Object.fromEntries(feeds));
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromTensor(tensor)]));
    },
    dispose() {
      released ??= session.release();
      return released;
    },
  };
}

function toTensor({ Tensor }: Runtime, { data, shape }: NdArray, float16: boolean): Tensor {
  if (data instanceof Int32Array) return new Tensor("int64", BigInt64Array.from(data, BigInt), shape);
  return float16 ? new Tensor("float16", float16Bits(data), shape) : new Tensor("float32", data, shape);
}

function fromTensor({ data, dims, type }: Tensor): NdArray {
  if (type === "float16" && data instanceof Uint16Array) return array(fromFloat16Bits(data), dims);
  if (data instanceof Float32Array) return array(data, dims);
  if (data instanceof BigInt64Array) return array(Int32Array.from(data, Number), dims);
  return array(Float32Array.from(data as Uint8Array), dims);
}
