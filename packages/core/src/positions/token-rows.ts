import { show } from "../checks.ts";
import type { NdArray } from "../typed-arrays/nd-array.ts";

/** Whole numbers, one for each token: `rows` sequences of `length` each. */
export interface TokenRows {
  readonly data: Int32Array;
  readonly shape: readonly number[];
  readonly rows: number;
  readonly length: number;
}

/**
 * `value` as rows of tokens.
 *
 * @throws TypeError, RangeError where it is no int32 array of shape [length] or [batch, length]
 */
export function tokenRows(who: string, what: string, value: unknown): TokenRows {
  const { data, shape } = (typeof value === "object" && value !== null ? value : {}) as Partial<NdArray>;
  if (data === undefined || !Array.isArray(shape)) {
    throw new TypeError(`${who}: ${what} must be an array with data and shape, got ${show(value)}`);
  }
  if (!(data instanceof Int32Array)) {
    const found = (data as unknown) instanceof Float32Array ? "float32" : show(data);
    throw new TypeError(`${who}: ${what} must be int32, got ${found}`);
  }
  if (shape.length !== 1 && shape.length !== 2) {
    throw new RangeError(
      `${who}: ${what} must have shape [length] or [batch, length], got ${show([...shape])}`,
    );
  }
  const [length, rows] = [shape.at(-1), shape.length === 2 ? shape[0] : 1] as [number, number];
  if (rows * length !== data.length) {
    throw new RangeError(
      `${who}: ${what} must hold ${data.length} values in its shape, got ${show([...shape])}`,
    );
  }
  return { data, shape: [...shape], rows, length };
}

/** Each value is one of `allowed`. */
export function checkEach(who: string, what: string, data: Int32Array, allowed: readonly number[]): void {
  const at = data.findIndex((value) => !allowed.includes(value));
  if (at >= 0) {
    throw new RangeError(`${who}: ${what} must be ${allowed.join(" or ")}, got ${data[at]} at index ${at}`);
  }
}
