import { checkObject, checkOneOf, show } from "./checks.ts";
import type {
  AdditiveEncoder,
  Attention,
  BiasEncoder,
  ContentEncoder,
  Encoder,
  PositionRange,
  RotaryEncoder,
} from "./encoder.ts";
import type { Description, Ops } from "./ops.ts";
import type { Parameters, Values } from "./parameters.ts";

type Shape = Description["shape"];
type Length = Shape[number];

export const shapeText = (shape: Shape): string => `[${shape.map((length) => length ?? "?").join(", ")}]`;
/** Lengths that a graph does not know yet agree with anything. */
export const agree = (a: number | undefined, b: number | undefined): boolean =>
  a === undefined || b === undefined || a === b;

/** @throws TypeError where it is no tensor */
export function describeTensor<T>(who: string, what: string, ops: Ops<T>, x: T): Description {
  const description = x === null || x === undefined ? undefined : ops.describe(x);
  if (Array.isArray(description?.shape)) return description;
  throw new TypeError(`${who}: ${what} must be a tensor, got ${show(x)}`);
}

/** It is an encoder, of one of the kinds. */
export function checkKind(who: string, encoder: Encoder): void {
  const { kind } = checkObject(who, "encoder", encoder);
  checkOneOf(who, "encoder.kind", kind, ["additive", "rotary", "bias", "content"]);
}

/** A tensor for each parameter, of its shape. `who` has them. */
export function checkValues<T>(
  who: string,
  parameters: Parameters,
  ops: Ops<T>,
  values: Values<Parameters, T>,
): void {
  const names = Object.keys(parameters);
  if (typeof values !== "object" || values === null) {
    throw new TypeError(
      `${who}: values must be an object with ${names.join(", ") || "no entries"}, got ${show(values)}`,
    );
  }
  for (const name of Object.keys(values)) {
    if (!names.includes(name)) {
      throw new TypeError(`${who}: unknown parameter ${show(name)}; it has ${names.join(", ") || "none"}`);
    }
  }
  for (const [name, { shape }] of Object.entries(parameters)) {
    const found = describeTensor(who, `values.${name}`, ops, values[name]!).shape;
    if (found.length !== shape.length || !shape.every((length, i) => agree(length, found[i]))) {
      throw new RangeError(
        `${who}: values.${name} must have shape ${shapeText(shape)}, got ${shapeText(found)}`,
      );
    }
  }
}

/** Whether positions of this shape have a row for each member of a batch: [batch, length], or [batch, length, axes]. */
export function perBatch(shape: Shape, { axes }: PositionRange = {}): boolean {
  return shape.length === (axes === undefined ? 2 : 3);
}

/**
 * [length] or [batch, length], with a last axis of `range.axes` coordinates where it has any; whole numbers from 0
 * unless `range` says otherwise.
 *
 * @returns [length] or [batch, length]
 */
export function checkPositions(
  who: string,
  what: string,
  { shape, dtype, values }: Description,
  range: PositionRange = {},
): Shape {
  const { axes } = range;
  const places = axes === undefined ? shape : shape.slice(0, -1);
  if ((places.length !== 1 && places.length !== 2) || (axes !== undefined && !agree(shape.at(-1), axes))) {
    const last = axes === undefined ? "" : `, ${axes}`;
    throw new RangeError(
      `${who}: ${what} must have shape [length${last}] or [batch, length${last}], got ${shapeText(shape)}`,
    );
  }
  const data = values?.() ?? [];
  for (let i = 0; i < data.length; i++) {
    const position = data[i]!;
    const expected = expectation(position, range, i % (axes ?? 1));
    if (expected !== undefined)
      throw new RangeError(`${who}: ${what} must be ${expected}, got ${position} at index ${i}`);
  }
  if (!range.real && dtype !== "int32") throw new TypeError(`${who}: ${what} must be int32, got ${dtype}`);
  return places;
}

/** What a position is not, though it must be. */
function expectation(
  position: number,
  { real, below, sizes }: PositionRange,
  axis: number,
): string | undefined {
  if (real) return Number.isFinite(position) ? undefined : "finite";
  if (!Number.isInteger(position)) return "whole numbers";
  if (position < 0) return "0 or greater";
  const limit = sizes?.[axis] ?? below;
  return limit !== undefined && position >= limit ? `below ${limit}` : undefined;
}

export function checkAdditive<T>(
  { name, dim, positions: range }: AdditiveEncoder,
  ops: Ops<T>,
  x: T,
  positions: T,
): void {
  const at = checkPositions(name, "positions", describeTensor(name, "positions", ops, positions), range);
  const rows = describeTensor(name, "x", ops, x);
  if (at.length === 2 && rows.shape.length > 3) {
    throw new RangeError(
      `${name}: x must have shape [batch, length, ${dim ?? "dim"}] where positions has shape ${shapeText(at)}, got ${shapeText(rows.shape)}`,
    );
  }
  checkRows(name, "x", rows, dim, "positions", at);
}

export function checkRotary<T>(
  encoder: RotaryEncoder,
  ops: Ops<T>,
  q: T,
  k: T,
  positions: T,
  keyPositions: T,
): void {
  const { name, dim, heads, positions: range } = encoder;
  const places = [
    ["q", q, "positions", positions],
    ["k", k, keyPositions === positions ? "positions" : "keyPositions", keyPositions],
  ] as const;
  for (const [what, x, where, at] of places) {
    const { shape } = describeTensor(name, what, ops, x);
    const place = checkPositions(name, where, describeTensor(name, where, ops, at), range);
    if (place.length === 2 && shape.length !== 4) {
      throw new RangeError(
        `${name}: ${what} must have shape [batch, heads, length, ${dim}] where ${where} has shape ${shapeText(place)}, got ${shapeText(shape)}`,
      );
    }
    checkRows(name, what, { shape, dtype: ops.describe(x).dtype }, dim, where, place);
    if (heads !== undefined && (shape.length < 3 || !agree(heads, shape.at(-3)))) {
      throw new RangeError(
        `${name}: ${what} must have shape [..., ${heads}, length, ${dim}], a turn for each head, got ${shapeText(shape)}`,
      );
    }
  }
  const [qShape, kShape] = [ops.describe(q).shape, ops.describe(k).shape];
  if (qShape.length !== kShape.length || (qShape.length === 4 && !agree(qShape[0], kShape[0]))) {
    throw new RangeError(
      `${name}: q and k must have the same rank and batch, got shapes ${shapeText(qShape)} and ${shapeText(kShape)}`,
    );
  }
}

/** x is [..., length, dim] float32, where positions are [length] or [batch or 1, length]. */
function checkRows(
  who: string,
  what: string,
  x: Description,
  dim: number | undefined,
  where: string,
  at: Shape,
): void {
  const { shape, dtype } = x;
  const [length, lastDim] = [shape.at(-2), shape.at(-1)];
  const expected = (text: string) =>
    new RangeError(`${who}: ${what} must ${text}, got shape ${shapeText(shape)}`);
  if (dtype !== "float32") throw new TypeError(`${who}: ${what} must be float32, got ${dtype}`);
  if (shape.length < 2) throw expected("have shape [..., length, dim]");
  if (!agree(dim, lastDim)) throw expected(`have a last axis of ${dim}`);
  if (!agree(length, at.at(-1)))
    throw expected(`have ${at.at(-1)} rows, one for each of ${where} ${shapeText(at)}`);
  if (at.length === 2 && (shape.length < 3 || (at[0] !== 1 && !agree(shape[0], at[0])))) {
    throw expected(`have a first axis of ${at[0] ?? "the same length"}, as ${where} ${shapeText(at)}`);
  }
}

/** @returns [length] or [batch, length] of queries and of keys */
export function checkBias<T>(
  { name, positions: range }: BiasEncoder | ContentEncoder,
  ops: Ops<T>,
  queries: T,
  keys: T,
): [queries: Shape, keys: Shape] {
  const q = checkPositions(name, "queries", describeTensor(name, "queries", ops, queries), range);
  const k = checkPositions(name, "keys", describeTensor(name, "keys", ops, keys), range);
  const batches = q.length === 2 ? agree(q[0], k[0]) || q[0] === 1 || k[0] === 1 : true;
  if (q.length !== k.length || !batches) {
    throw new RangeError(
      `${name}: queries and keys must have the same rank and batch, got ${shapeText(q)} and ${shapeText(k)}`,
    );
  }
  return [q, k];
}

export function checkContent<T>(
  encoder: ContentEncoder,
  ops: Ops<T>,
  attention: Attention<T>,
  queries: T,
  keys: T,
): void {
  const { name, heads, dim } = encoder;
  checkObject(name, "attention", attention);
  const places = checkBias(encoder, ops, queries, keys);
  const [q, k] = places.map((shape) => shape.at(-1)) as [Length, Length];
  const batch = describeTensor(name, "q", ops, attention.q).shape[0];
  const wanted = {
    q: [batch, heads, q, dim],
    k: [batch, heads, k, dim],
    products: [batch, heads, q, k],
  };
  for (const [what, shape] of Object.entries(wanted)) {
    const found = describeTensor(name, what, ops, attention[what as keyof typeof wanted]).shape;
    if (found.length !== 4 || !shape.every((length, i) => agree(length, found[i]))) {
      throw new RangeError(`${name}: ${what} must have shape ${shapeText(shape)}, got ${shapeText(found)}`);
    }
  }
  for (const [i, shape] of places.entries()) {
    if (shape.length === 2 && shape[0] !== 1 && !agree(shape[0], batch)) {
      throw new RangeError(
        `${name}: ${i === 0 ? "queries" : "keys"} must have shape [length] or [${batch}, length], got ${shapeText(shape)}`,
      );
    }
  }
}
