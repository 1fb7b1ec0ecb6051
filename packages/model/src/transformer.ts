/**
 * One small transformer, with a slot for any position encoder.
 *
 * Written in Ops, as the encoders are: the same `forward` trains in TensorFlow.js, becomes an ONNX graph and
 * runs on typed arrays. Blocks are pre-norm (Xiong et al., 2020): x + attention(norm(x)), x + mlp(norm(x)).
 * The encoder acts in three places and nothing here asks which: `embed`, `turn`, `score`.
 */
import {
  type Composition,
  checkFit,
  checks,
  checkTokens,
  checkValues,
  type Encoder,
  type Initialiser,
  type Ops,
  type Parameter,
  partsOf,
  slots,
} from "@posenc/core";

export interface TransformerOptions {
  /** How many different tokens there are. */
  readonly vocabulary: number;
  /** How many classes, or tokens to predict. */
  readonly outputs: number;
  /** Length of an embedding. */
  readonly dim: number;
  readonly heads: number;
  /** Attention and multilayer perceptron, so many times; 1 unless given. */
  readonly blocks?: number;
  /** Width of the multilayer perceptron; `dim` unless given. */
  readonly hidden?: number;
  /** A token sees those at its own and lower positions only. */
  readonly causal?: boolean;
  /** "pooled": the mean over the tokens → [batch, outputs] (default). "token" → [batch, length, outputs]. */
  readonly head?: "pooled" | "token";
  /** One encoder, or several ({@link compose}). */
  readonly encoder: Encoder | Composition;
}

/** A tensor by name, as the model comes upon it. */
export type Observe<T> = (name: string, tensor: T) => void;

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

    forward<T>(
      ops: Ops<T>,
      values: Readonly<Record<string, T>>,
      tokens: T,
      positions: T,
      observe: Observe<T> = () => {},
    ): T {
      const { add, expandDims, flatten, gather, layerNorm, less, matMul, mean, mul, relu } = ops;
      const { softmax, squeeze, swapAxes, unflatten, where } = ops;
      checkValues("transformer", parameters, ops, values);
      checkTokens("transformer", ops.describe(tokens), vocabulary);
      const encoderValues = within(values, "encoder.");
      const before = slots(encoder, ops, encoderValues);
      const seen = (name: string, x: T): T => {
        observe(name, x);
        return x;
      };

      const embedded = seen("embedding", gather(values.embedding!, tokens)); // [batch, length, dim]
      let x = seen("encoded", before.embed(embedded, positions));
      for (let i = 0; i < blocks; i++) {
        const name = `blocks.${i}.`;
        const block = within(values, name);
        x = seen(`${name}attention`, add(x, attention(block, i, norm(block, "attention.norm", x))));
        x = seen(`${name}mlp`, add(x, mlp(block, norm(block, "mlp.norm", x))));
      }
      x = seen("norm", norm(values, "norm", x));
      if (head === "pooled") x = seen("pooled", squeeze(mean(x, -2), -2)); // [batch, dim]
      return seen("logits", add(matMul(x, values["head.weight"]!), values["head.bias"]!));

      function attention(block: Record<string, T>, layer: number, x: T): T {
        const slot = slots(encoder, ops, encoderValues, layer);
        const project = (weight: string) =>
          swapAxes(unflatten(matMul(x, block[`attention.${weight}`]!), [heads, headDim]), -3, -2); // [batch, heads, length, headDim]
        const v = project("value");
        const [q, k] = slot.turn(project("query"), project("key"), positions);
        const products = mul(matMul(q, swapAxes(k, -2, -1)), 1 / Math.sqrt(headDim)); // [batch, heads, length, length]
        const scores = slot.score({ q, k, products }, positions, positions);
        const weights = seen(`blocks.${layer}.attention.weights`, softmax(causal ? mask(scores) : scores));
        return matMul(flatten(swapAxes(matMul(weights, v), -3, -2), dim), block["attention.output"]!);
      }

      function mask(scores: T): T {
        const later = less(expandDims(positions, -1), expandDims(positions, -2));
        return where(expandDims(later, -3), MASKED, scores);
      }

      function mlp(block: Record<string, T>, x: T): T {
        const hidden = relu(add(matMul(x, block["mlp.up.weight"]!), block["mlp.up.bias"]!));
        return add(matMul(hidden, block["mlp.down.weight"]!), block["mlp.down.bias"]!);
      }

      function norm(from: Readonly<Record<string, T>>, name: string, x: T): T {
        return layerNorm(x, from[`${name}.gain`]!, from[`${name}.bias`]!);
      }
    },
  };
}

/** The entries whose names begin with `prefix`, without it. */
function within<V>(record: Readonly<Record<string, V>>, prefix: string): Record<string, V> {
  const entries = Object.entries(record).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value]));
}

function checkOptions(options: TransformerOptions): Required<TransformerOptions> {
  const known = ["vocabulary", "outputs", "dim", "heads", "blocks", "hidden", "causal", "head", "encoder"];
  checks.checkNames("transformer", options, known);
  const {
    vocabulary,
    outputs,
    dim,
    heads,
    blocks = 1,
    hidden = dim,
    causal = false,
    head = "pooled",
    encoder,
  } = options;
  const counts = { vocabulary, outputs, dim, heads, blocks, hidden };
  for (const [name, value] of Object.entries(counts)) checks.checkCount("transformer", name, value);
  if (dim % heads !== 0)
    throw new RangeError(`transformer: dim must be a multiple of heads ${heads}, got ${dim}`);
  checks.checkBoolean("transformer", "causal", causal);
  checks.checkOneOf("transformer", "head", head, ["pooled", "token"]);
  checks.checkObject("transformer", "encoder", encoder);
  for (const { encoder: part, layers = [] } of partsOf(encoder)) {
    checkFit(part, { dim, heads });
    const beyond = layers.find((layer) => layer >= blocks);
    if (beyond !== undefined) {
      throw new RangeError(
        `transformer: layers of ${part.name} must be below blocks ${blocks}, got ${beyond}`,
      );
    }
  }
  if (causal && encoder.positions?.axes !== undefined) {
    throw new RangeError(
      `transformer: causal must be false with ${encoder.name}, whose positions have no order, got true`,
    );
  }
  return { ...counts, causal, head, encoder };
}

/** Embeddings of unit variance; weights [in, out] normal with deviation 1 / √in. */
function parametersOf({
  vocabulary,
  outputs,
  dim,
  blocks,
  hidden,
  encoder,
}: Required<TransformerOptions>): Record<string, Parameter> {
  const parameter = (init: Initialiser, ...shape: number[]): Parameter => ({ shape, init });
  const weight = (from: number, to: number) => parameter({ normal: 1 / Math.sqrt(from) }, from, to);
  const norm = (name: string) => ({
    [`${name}.gain`]: parameter("ones", dim),
    [`${name}.bias`]: parameter("zeros", dim),
  });
  const block = {
    ...norm("attention.norm"),
    "attention.query": weight(dim, dim),
    "attention.key": weight(dim, dim),
    "attention.value": weight(dim, dim),
    "attention.output": weight(dim, dim),
    ...norm("mlp.norm"),
    "mlp.up.weight": weight(dim, hidden),
    "mlp.up.bias": parameter("zeros", hidden),
    "mlp.down.weight": weight(hidden, dim),
    "mlp.down.bias": parameter("zeros", dim),
  };
  const renamed = (prefix: string, record: Readonly<Record<string, Parameter>>) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [prefix + name, value]));
  return {
    embedding: parameter({ normal: 1 }, vocabulary, dim),
    ...renamed("encoder.", encoder.parameters),
    ...Object.assign({}, ...Array.from({ length: blocks }, (_, i) => renamed(`blocks.${i}.`, block))),
    ...norm("norm"),
    "head.weight": weight(dim, outputs),
    "head.bias": parameter("zeros", outputs),
  };
}
