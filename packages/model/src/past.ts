import { checkPositions, checks, type Ops, partsOf } from "@posenc/core";
import { agrees, shapeText } from "./shapes.ts";
import type { TransformerOptions } from "./transformer-options.ts";

/** What attention remembers of earlier tokens in one block. */
export interface LayerPast<T> {
  /** [batch, heads, past, headDim], turned already where the encoder turns keys. */
  readonly key: T;
  /** [batch, heads, past, headDim] */
  readonly value: T;
}

/** What a model remembers of the tokens that it has seen. */
export interface Past<T> {
  /** One for each block. */
  readonly layers: readonly LayerPast<T>[];
  /** [past] or [batch, past] */
  readonly positions: T;
}

/**
 * A model that can decode: what it has computed for a token stays right when others follow.
 *
 * @throws RangeError where the model is not causal, has a pooled head, or has an encoder that is not safe with a cache
 *   or whose positions have several coordinates
 */
export function checkCache(who: string, options: Required<TransformerOptions>): void {
  const { causal, head, encoder } = options;
  const refuse = (text: string) => new RangeError(`${who}: ${text}`);
  if (!causal) {
    throw refuse("causal must be true with a cache, got false: earlier tokens would have to see later ones");
  }
  if (head !== "token") throw refuse(`head must be "token" with a cache, got ${checks.show(head)}`);
  for (const { encoder: part } of partsOf(encoder)) {
    if (part.cacheSafe === false) {
      throw refuse(
        `encoder must be safe with a cache, and ${part.name} with these options is not: what it gives a token depends on the length of the sequence, so that cached keys become wrong when it grows`,
      );
    }
    if (part.positions?.axes !== undefined) {
      throw refuse(
        `encoder must take positions of one number with a cache, and those of ${part.name} have ${part.positions.axes} coordinates`,
      );
    }
  }
}

export function checkPast<T>(
  who: string,
  options: Required<TransformerOptions>,
  ops: Ops<T>,
  past: Past<T>,
  tokens: T,
  positions: T,
): void {
  checkCache(who, options);
  const { blocks, heads, dim, encoder } = options;
  const tensor = (what: string, x: T | undefined | null) => {
    if (x === undefined || x === null)
      throw new TypeError(`${who}: ${what} must be a tensor, got ${checks.show(x)}`);
    return ops.describe(x);
  };
  const { layers, positions: before } = checks.checkObject(who, "past", past) as unknown as Past<T>;
  if (!Array.isArray(layers))
    throw new TypeError(`${who}: past.layers must be an array, got ${checks.show(layers)}`);
  if (layers.length !== blocks) {
    throw new RangeError(`${who}: past.layers must be ${blocks}, one for each block, got ${layers.length}`);
  }
  const found = tensor("past.positions", before);
  checkPositions(who, "past.positions", found, encoder.positions);
  const added = tensor("positions", positions).shape;
  if (found.shape.length !== added.length || !agrees(found.shape.slice(0, -1), added.slice(0, -1))) {
    throw new RangeError(
      `${who}: past.positions must have the same rank and batch as positions ${shapeText(added)}, got ${shapeText(found.shape)}`,
    );
  }
  const wanted = [ops.describe(tokens).shape[0], heads, found.shape.at(-1), dim / heads];
  layers.forEach((layer: LayerPast<T>, i) => {
    for (const part of ["key", "value"] as const) {
      const what = `past.layers[${i}].${part}`;
      const { shape } = tensor(what, layer?.[part]);
      if (!agrees(shape, wanted)) {
        throw new RangeError(`${who}: ${what} must have shape ${shapeText(wanted)}, got ${shapeText(shape)}`);
      }
    }
  });
}
