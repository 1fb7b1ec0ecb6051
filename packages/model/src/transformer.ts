/**
 * One small transformer, with a slot for any position encoder.
 *
 * Written in Ops, as the encoders are: the same `forward` trains in TensorFlow.js, becomes an ONNX graph and
 * runs on typed arrays. Blocks are pre-norm (Xiong et al., 2020): x + attention(norm(x)), x + mlp(norm(x)).
 * The encoder acts in three places and nothing here asks which: `embed`, `turn`, `score`.
 */
import {
  checkTokenPositions,
  checkTokens,
  checkValues,
  describeTensor,
  type Ops,
  type Parameter,
  slots,
} from "@posenc/core";
import { checkMask, hiddenFrom } from "./mask.ts";
import { checkPast, type LayerPast, type Past } from "./past.ts";
import { checkOptions, parametersOf, type TransformerOptions } from "./transformer-options.ts";

/** A tensor by name, as the model comes upon it. */
export type Observe<T> = (name: string, tensor: T) => void;

export interface StepOptions<T> {
  /** Is shown every intermediate tensor. */
  readonly observe?: Observe<T>;
  /** What earlier steps left; none for the first one. Its positions have the rank of the new ones. */
  readonly past?: Past<T>;
  /**
   * int32 [batch, 1 or length, past + length]: 1 where a token may see a key, 0 where not, on top of the causal rule.
   * Left padding needs one row for all tokens, packed sequences one for each. What a token sees that may see nothing
   * is finite and has no meaning.
   */
  readonly mask?: T;
}

export interface Step<T> {
  /** [batch, length, outputs], or [batch, outputs] for the pooled head. */
  readonly logits: T;
  /** The past of the next step: what was given, and the new tokens after it. */
  readonly present: Past<T>;
}

export interface Transformer {
  readonly options: Required<TransformerOptions>;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /**
   * tokens [batch, length] int32, positions [length] or [batch, length] → logits.
   *
   * @param values a tensor for each of `parameters`
   * @param observe is shown every intermediate tensor
   */
  forward<T>(
    ops: Ops<T>,
    values: Readonly<Record<string, T>>,
    tokens: T,
    positions: T,
    observe?: Observe<T>,
  ): T;
  /**
   * {@link forward} for tokens that come after others: those are in `past`, as keys and values. Tokens and positions
   * are those of the new ones.
   *
   * @throws TypeError, RangeError for a past or a mask that does not fit; for a past where the model is not causal or
   *   has a pooled head, or with an encoder that is not safe with a cache or whose positions have several coordinates
   */
  step<T>(
    ops: Ops<T>,
    values: Readonly<Record<string, T>>,
    tokens: T,
    positions: T,
    options?: StepOptions<T>,
  ): Step<T>;
}

const MASKED = -1e9;

/** @throws TypeError, RangeError for a bad option, or an encoder that was made for other sizes */
export function transformer(given: TransformerOptions): Transformer {
  const options = checkOptions(given);
  const { vocabulary, dim, heads, blocks, causal, head, encoder } = options;
  const headDim = dim / heads;
  const parameters = parametersOf(options);

  return {
    options,
    parameters,
    forward: (ops, values, tokens, positions, observe) =>
      step(ops, values, tokens, positions, observe && { observe }).logits,
    step,
  };

  function step<T>(
    ops: Ops<T>,
    values: Readonly<Record<string, T>>,
    tokens: T,
    positions: T,
    { observe = () => {}, past, mask }: StepOptions<T> = {},
  ): Step<T> {
    const { add, concat, flatten, gather, layerNorm, matMul, mean, mul, relu } = ops;
    const { softmax, squeeze, swapAxes, unflatten, where } = ops;
    checkValues("transformer", parameters, ops, values);
    const given = describeTensor("transformer", "tokens", ops, tokens);
    checkTokens("transformer", given, vocabulary);
    if (past !== undefined) checkPast("transformer", options, ops, past, tokens, positions);
    const places = describeTensor("transformer", "positions", ops, positions);
    checkTokenPositions("transformer", places, given, encoder.positions?.axes);
    const keyPositions = past ? concat([past.positions, positions], -1) : positions;
    if (mask !== undefined) checkMask("transformer", options, ops, mask, tokens, keyPositions);
    const hidden = hiddenFrom(ops, positions, keyPositions, causal, mask);
    const encoderValues = within(values, "encoder.");
    const layers: LayerPast<T>[] = [];
    const seen = (name: string, x: T): T => {
      observe(name, x);
      return x;
    };

    const embedded = seen("embedding", gather(values.embedding!, tokens)); // [batch, length, dim]
    let x = seen("encoded", slots(encoder, ops, encoderValues).embed(embedded, positions));
    for (let i = 0; i < blocks; i++) {
      const name = `blocks.${i}.`;
      const block = within(values, name);
      x = seen(`${name}attention`, add(x, attention(block, i, norm(block, "attention.norm", x))));
      x = seen(`${name}mlp`, add(x, mlp(block, norm(block, "mlp.norm", x))));
    }
    x = seen("norm", norm(values, "norm", x));
    if (head === "pooled") x = seen("pooled", squeeze(mean(x, -2), -2)); // [batch, dim]
    const logits = seen("logits", add(matMul(x, values["head.weight"]!), values["head.bias"]!));
    return { logits, present: { layers, positions: keyPositions } };

    function attention(block: Record<string, T>, layer: number, x: T): T {
      const slot = slots(encoder, ops, encoderValues, layer);
      const project = (weight: string) =>
        swapAxes(unflatten(matMul(x, block[`attention.${weight}`]!), [heads, headDim]), -3, -2); // [batch, heads, length, headDim]
      const value = project("value");
      const [q, key] = slot.turn(project("query"), project("key"), positions);
      const { key: k, value: v } = keep(layer, { key, value });
      const { weights, mixed } = ops.scope("Attention", () => {
        const products = mul(matMul(q, swapAxes(k, -2, -1)), 1 / Math.sqrt(headDim)); // [batch, heads, length, past + length]
        const scores = slot.score({ q, k, products }, positions, keyPositions);
        const weights = softmax(hidden === undefined ? scores : where(hidden, MASKED, scores));
        return { weights, mixed: matMul(weights, v) };
      });
      seen(`blocks.${layer}.attention.weights`, weights);
      return matMul(flatten(swapAxes(mixed, -3, -2), dim), block["attention.output"]!);
    }

    /** The layer's keys and values so far, and these. */
    function keep(layer: number, added: LayerPast<T>): LayerPast<T> {
      const before = past?.layers[layer];
      const all = before
        ? {
            key: concat([before.key, added.key], -2),
            value: concat([before.value, added.value], -2),
          }
        : added;
      layers.push(all);
      return all;
    }

    function mlp(block: Record<string, T>, x: T): T {
      const hidden = relu(add(matMul(x, block["mlp.up.weight"]!), block["mlp.up.bias"]!));
      return add(matMul(hidden, block["mlp.down.weight"]!), block["mlp.down.bias"]!);
    }

    function norm(from: Readonly<Record<string, T>>, name: string, x: T): T {
      return layerNorm(x, from[`${name}.gain`]!, from[`${name}.bias`]!);
    }
  }
}

/** The entries whose names begin with `prefix`, without it. */
function within<V>(record: Readonly<Record<string, V>>, prefix: string): Record<string, V> {
  const entries = Object.entries(record).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value]));
}
