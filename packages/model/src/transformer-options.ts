import {
  type Composition,
  checkFit,
  checks,
  type Encoder,
  type Initialiser,
  type Parameter,
  partsOf,
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

export function checkOptions(options: TransformerOptions): Required<TransformerOptions> {
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
export function parametersOf({
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
