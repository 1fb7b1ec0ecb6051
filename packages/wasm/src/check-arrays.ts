import { checks, type NdArray } from "@posenc/core";
import { type Arena, type Data, FREED } from "./memory/arena.ts";

/** An {@link NdArray} of float32. */
export interface Floats extends NdArray {
  readonly data: Float32Array;
}

/** An {@link NdArray} of int32. */
export interface Integers extends NdArray {
  readonly data: Int32Array;
}

export function size(shape: readonly number[]): number {
  let product = 1;
  for (let i = 0; i < shape.length; i++) product *= shape[i]!;
  return product;
}

export const shapeText = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

export const sameShape = (a: readonly number[], b: readonly number[]): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** Its data fill its shape, and are not freed: kernels rely on it. */
export function checkFloats(arena: Arena, who: string, what: string, x: NdArray): asserts x is Floats {
  if (!(x?.data instanceof Float32Array)) complain(who, what, "float32", x);
  checkFilled(arena, who, what, x);
}

export function checkIntegers(arena: Arena, who: string, what: string, x: NdArray): asserts x is Integers {
  if (!(x?.data instanceof Int32Array)) complain(who, what, "int32", x);
  checkFilled(arena, who, what, x);
}

/** float32 or int32. */
export function checkArray(arena: Arena, who: string, what: string, x: NdArray): void {
  if (!(x?.data instanceof Int32Array)) checkFloats(arena, who, what, x);
  else checkFilled(arena, who, what, x);
}

export function checkShape(who: string, what: string, x: NdArray, shape: readonly number[]): void {
  if (!sameShape(x.shape, shape)) {
    throw new RangeError(`${who}: ${what} must have shape ${shapeText(shape)}, got ${shapeText(x.shape)}`);
  }
}

/** `out` shares no memory with `x`, unless the two are the same and `same` allows it. */
export function checkApart(
  arena: Arena,
  who: string,
  out: NdArray,
  what: string,
  x: NdArray,
  same: boolean,
): void {
  checkApartAt(who, out, arena.addressOf(out.data), what, x, arena.addressOf(x.data), same);
}

/** The same where the addresses are known. */
export function checkApartAt(
  who: string,
  out: NdArray,
  i: number,
  what: string,
  x: NdArray,
  j: number,
  same: boolean,
): void {
  const a = out.data;
  const b = x.data;
  if (a.length === 0 || b.length === 0 || (same && a === b)) return;
  if (i < 0 !== j < 0) return;
  const apart =
    i >= 0 ? i + 4 * a.length <= j || j + 4 * b.length <= i : a.buffer !== b.buffer || apartInBuffer(a, b);
  if (apart || (same && a.byteOffset === b.byteOffset && a.length === b.length)) return;
  throw new RangeError(
    `${who}: out must not overlap ${what}${same ? " unless it is the same" : ""}, got a part of its memory`,
  );
}

function apartInBuffer(a: Data, b: Data): boolean {
  return a.byteOffset + a.byteLength <= b.byteOffset || b.byteOffset + b.byteLength <= a.byteOffset;
}

/** The address of what {@link checkFloats} takes: a look-up for both. */
export function addressOfFloats(arena: Arena, who: string, what: string, x: NdArray): number {
  if (!(x?.data instanceof Float32Array)) complain(who, what, "float32", x);
  return checkFilled(arena, who, what, x);
}

function checkFilled(arena: Arena, who: string, what: string, { data, shape }: NdArray): number {
  if (!Array.isArray(shape) || size(shape) !== data.length) {
    throw new RangeError(
      `${who}: ${what} must have a shape that holds its ${data.length} values, got ${checks.show(shape)}`,
    );
  }
  const address = arena.addressOf(data);
  if (address !== FREED) return address;
  throw new RangeError(`${who}: ${what} must be alive, got an array that was freed`);
}

function complain(who: string, what: string, expected: string, x: NdArray): never {
  const type =
    x?.data instanceof Int32Array ? "int32" : x?.data instanceof Float32Array ? "float32" : undefined;
  throw new TypeError(
    `${who}: ${what} must be ${expected}, got ${type ?? checks.show((x as NdArray | null)?.data ?? x)}`,
  );
}
