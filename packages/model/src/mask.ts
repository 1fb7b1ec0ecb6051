import { checks, type Ops } from "@posenc/core";
import { agrees, shapeText } from "./shapes.ts";
import type { TransformerOptions } from "./transformer-options.ts";

/**
 * Which keys a token does not see, as the condition of a `where` over scores [batch, heads, length, total]: those at
 * later positions where `causal`, and those where the mask is 0.
 *
 * @param positions [length] or [batch, length], of the tokens
 * @param keyPositions [total] or [batch, total]
 * @param mask int32 [batch, 1 or length, total]
 * @returns undefined where all are seen
 */
export function hiddenFrom<T>(
  { expandDims, less, where }: Ops<T>,
  positions: T,
  keyPositions: T,
  causal: boolean,
  mask: T | undefined,
): T | undefined {
  const later = causal ? less(expandDims(positions, -1), expandDims(keyPositions, -2)) : undefined;
  if (mask === undefined) return later && expandDims(later, -3);
  const seen = later ? where(later, 0, mask) : mask;
  return expandDims(less(seen, 1), -3);
}

/** @throws TypeError, RangeError where it is not int32 [batch or 1, length or 1, total] of 0 and 1, or the head is pooled */
export function checkMask<T>(
  who: string,
  { head }: Required<TransformerOptions>,
  ops: Ops<T>,
  mask: T,
  tokens: T,
  keyPositions: T,
): void {
  if (head === "pooled") {
    throw new RangeError(
      `${who}: head must be "token" with a mask, got "pooled", the mean over all tokens, masked or not`,
    );
  }
  if (mask === null) throw new TypeError(`${who}: mask must be a tensor, got ${checks.show(mask)}`);
  const { shape, dtype, values } = ops.describe(mask);
  const [batch, length] = ops.describe(tokens).shape;
  const total = ops.describe(keyPositions).shape.at(-1);
  if (dtype !== "int32") throw new TypeError(`${who}: mask must be int32, got ${dtype}`);
  const alike = agrees(shape, [batch, length, total]) || agrees(shape, [batch, 1, total]);
  if (!alike && !agrees(shape, [1, length, total]) && !agrees(shape, [1, 1, total])) {
    const wanted = shapeText([batch, length, total]);
    throw new RangeError(
      `${who}: mask must have shape ${wanted}, or 1 for the first two axes, got ${shapeText(shape)}`,
    );
  }
  const data = values?.() ?? [];
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== 0 && data[i] !== 1)
      throw new RangeError(`${who}: mask must be 0 or 1, got ${data[i]} at index ${i}`);
  }
}
