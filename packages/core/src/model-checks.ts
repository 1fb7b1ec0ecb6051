/** Checks for models that take any encoder. */
import { agree, checkKind, shapeText } from "./bind-checks.ts";
import type { Encoder } from "./encoder.ts";
import type { Description } from "./ops.ts";

export interface ModelSizes {
  /** Length of an embedding. */
  readonly dim: number;
  readonly heads: number;
}

const wanted: {
  [K in Encoder["kind"]]: (
    encoder: Extract<Encoder, { kind: K }>,
    sizes: ModelSizes,
  ) => [string, number | undefined, string, number];
} = {
  additive: ({ dim }, model) => ["dim", dim, "the model's dim", model.dim],
  rotary: ({ dim }, model) => ["dim", dim, "the model's dim / heads", model.dim / model.heads],
  bias: ({ heads }, model) => ["heads", heads, "the model's heads", model.heads],
  content: ({ heads }, model) => ["heads", heads, "the model's heads", model.heads],
};

/** @throws RangeError where an encoder was made for a model of other sizes */
export function checkFit(encoder: Encoder, sizes: ModelSizes): void {
  checkKind("checkFit", encoder);
  const rule = wanted[encoder.kind] as (
    encoder: Encoder,
    sizes: ModelSizes,
  ) => [string, number | undefined, string, number];
  const [what, found, why, expected] = rule(encoder, sizes);
  if (!agree(found, expected))
    throw new RangeError(`${encoder.name}: ${what} must be ${expected}, ${why}, got ${found}`);
}

/** Token ids: int32 [batch, length], from 0 to `vocabulary` − 1. */
export function checkTokens(who: string, { shape, dtype, values }: Description, vocabulary: number): void {
  if (dtype !== "int32") throw new TypeError(`${who}: tokens must be int32, got ${dtype}`);
  if (shape.length !== 2)
    throw new RangeError(`${who}: tokens must have shape [batch, length], got ${shapeText(shape)}`);
  const data = values?.() ?? [];
  for (let i = 0; i < data.length; i++) {
    if (!(data[i]! >= 0 && data[i]! < vocabulary)) {
      throw new RangeError(
        `${who}: tokens must be from 0 to ${vocabulary - 1}, got ${data[i]} at index ${i}`,
      );
    }
  }
}

/** Positions of the tokens, [length] or [batch or 1, length], of `axes` coordinates each. What they are is not checked. */
export function checkTokenPositions(
  who: string,
  positions: Description,
  tokens: Description,
  axes: number | undefined,
): void {
  const places = axes === undefined ? positions.shape : positions.shape.slice(0, -1);
  const [batch, length] = tokens.shape;
  const rows = places.length === 2 ? places[0] : 1;
  if (agree(places.at(-1), length) && (rows === 1 || agree(rows, batch))) return;
  throw new RangeError(
    `${who}: positions must have shape ${shapeText([length])} or ${shapeText([batch, length])}, as tokens, got ${shapeText(places)}`,
  );
}
