import { array, checks, type NdArray, range } from "@posenc/core";
import type { Transformer } from "@posenc/model";
import * as tf from "@tensorflow/tfjs-core";
import { checkBackend } from "./check-backend.ts";
import { tfjs } from "./ops.ts";
import { fromTensor, toTensor } from "./tensors.ts";

/**
 * The logits of a model for tokens [batch, length], on the tf.js backend that is set.
 *
 * @param positions [length] or [batch, length]; 0, 1, 2 … unless given
 * @param values the model's parameters by name, as `train` gives them
 * @throws TypeError, RangeError for tokens that do not fit the model, before any work
 */
export async function predict(
  model: Transformer,
  values: Readonly<Record<string, Float32Array>>,
  tokens: NdArray,
  positions: NdArray = range(tokens.shape.at(-1)!),
): Promise<NdArray> {
  for (const name of Object.keys(model.parameters)) {
    if (!(values[name] instanceof Float32Array)) {
      throw new TypeError(`predict: values.${name} must be a Float32Array, got ${checks.show(values[name])}`);
    }
  }
  await checkBackend("predict");
  const logits = tf.tidy(() => {
    const tensors = Object.fromEntries(
      Object.entries(model.parameters).map(([name, { shape }]) => [
        name,
        toTensor(array(values[name]!, shape)),
      ]),
    );
    return model.forward(tfjs, tensors, toTensor(tokens), toTensor(positions));
  });
  try {
    return await fromTensor(logits);
  } finally {
    logits.dispose();
  }
}
