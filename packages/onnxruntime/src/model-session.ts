import {
  checkPositions,
  checkTokenPositions,
  checkTokens,
  type NdArray,
  range,
  typedArrays,
} from "@posenc/core";
import { type Transformer, tabulateModel } from "@posenc/model";
import { exportModel, type ParameterValues } from "@posenc/onnx";
import {
  checkRuntime,
  openGraph,
  type Runtime,
  type SessionExportOptions,
  type SessionOptions,
} from "./runtime.ts";
import { checkTensor, feedPositions } from "./tensors.ts";

export interface ModelSession {
  /**
   * tokens [batch, length] int32, positions [length] or [batch, length] (0, 1, 2 … unless given; needed where the
   * encoder takes several coordinates) → logits
   * [batch, outputs], or [batch, length, outputs] for the token head.
   *
   * @throws TypeError, RangeError for bad input; Error after {@link dispose}
   */
  run(tokens: NdArray, positions?: NdArray): Promise<NdArray>;
  /** Frees the session's memory. */
  dispose(): Promise<void>;
}

export interface ModelSessionOptions extends SessionExportOptions {
  /** Passed on to ONNX Runtime: execution providers, threads. */
  readonly session?: SessionOptions;
}

/**
 * A trained model as an ONNX graph, loaded by ONNX Runtime.
 *
 * @param values a value for each of `model.parameters`
 * @param runtime `import * as ort from "onnxruntime-node"`, or "onnxruntime-web"
 * @throws TypeError, RangeError for a missing runtime, or values that do not fit the model's parameters
 */
export async function createModelSession(
  model: Transformer,
  values: ParameterValues,
  runtime: Runtime,
  { session, ...options }: ModelSessionOptions = {},
): Promise<ModelSession> {
  checkRuntime("createModelSession", runtime);
  const graph = await openGraph("transformer", runtime, exportModel(model, values, options), session);
  const { encoder, vocabulary } = tabulateModel(model, options.maxPosition).options;
  return {
    async run(tokens, given) {
      checkTensor("transformer", "tokens", tokens);
      checkTokens("transformer", typedArrays.describe(tokens), vocabulary);
      const positions = given ?? range(tokens.shape[1]!);
      checkTensor("transformer", "positions", positions);
      const places = typedArrays.describe(positions);
      checkPositions("transformer", "positions", places, encoder.positions);
      checkTokenPositions("transformer", places, typedArrays.describe(tokens), encoder.positions?.axes);
      const { logits } = await graph.run({
        tokens,
        positions: feedPositions(encoder, "positions", positions),
      });
      return logits!;
    },
    dispose: graph.dispose,
  };
}
