import { array, checks, type Encoder, type NdArray } from "@posenc/core";
import type { CacheMask } from "@posenc/onnx";
import { checkTensor } from "./tensors.ts";

/** What is known of the tokens of one call, besides which they are. */
export interface DecoderInput {
  /** int32 [batch, length]: 1 for a token, 0 for padding, which no token sees; all tokens unless given. */
  readonly mask?: NdArray;
  /**
   * int32 [batch, length]: which document a token belongs to, where several are packed in a row. Tokens see those of
   * their own document. A row goes on with its last document unless given.
   */
  readonly segments?: NdArray;
  /**
   * [length] or [batch, length]. Unless given they are counted: each row, and in it each document, from 0, without
   * padding; after given ones, from there.
   */
  readonly positions?: NdArray;
}

/** Host data of a mask for the graph. */
interface Mask {
  readonly data: BigInt64Array;
  readonly shape: readonly number[];
}

interface Added {
  /** The rows with the new tokens. */
  readonly next: DecoderRows;
  /** Of the new tokens: [batch, length]. */
  readonly positions: NdArray;
  /** [1 or batch, 1 or length, total], or [batch, total] for "padding". */
  readonly mask: Mask;
}

/** What is known of the tokens in a cache: nothing changes, {@link DecoderRows.add} gives new ones. */
export interface DecoderRows {
  readonly length: number;
  /** @throws TypeError, RangeError for bad input */
  add(shape: readonly number[], input: DecoderInput): Added;
}

interface Row {
  /** For each token whether it is seen, and its document. */
  readonly seen: Int32Array;
  readonly segments: Int32Array;
  /** The position after the last. */
  readonly next: number;
  readonly segment: number;
}

const NOTHING: Row = { seen: new Int32Array(0), segments: new Int32Array(0), next: 0, segment: 0 };

/** An empty cache. @param kind of mask that the graph takes; with "padding" it counts positions itself */
export function decoderRows(
  { positions: range }: Pick<Encoder, "positions">,
  kind: CacheMask = "pairs",
): DecoderRows {
  return withRows([], false, false);

  function withRows(rows: readonly Row[], padded: boolean, packed: boolean): DecoderRows {
    const before = rows[0]?.seen.length ?? 0;
    return {
      length: before,
      add([batch, length], input) {
        const size = [batch!, length!] as const;
        checks.checkNames("decoder", input, kind === "pairs" ? ["mask", "segments", "positions"] : ["mask"]);
        if (length === 0 || batch === 0)
          throw new RangeError(`decoder: tokens must be one or more, got shape ${checks.show([...size])}`);
        if (rows.length > 0 && rows.length !== batch) {
          throw new RangeError(
            `decoder: tokens must have ${rows.length} rows, as those in the cache, got ${batch}`,
          );
        }
        const mask = input.mask && ofTokens("mask", input.mask, size, [0, 1]);
        const segments = input.segments && ofTokens("segments", input.segments, size);
        const given = input.positions && givenPositions(input.positions, size);
        const positions =
          range?.real || given instanceof Float32Array
            ? new Float32Array(batch! * length!)
            : new Int32Array(batch! * length!);
        const next = Array.from({ length: batch! }, (_, row) =>
          extended(rows[row] ?? NOTHING, row, length!, { mask, segments, given, positions }),
        );
        const nowPadded = padded || (mask?.includes(0) ?? false);
        const nowPacked = packed || segments !== undefined;
        return {
          next: withRows(next, nowPadded, nowPacked),
          positions: array(positions, size),
          mask: kind === "padding" ? paddingOf(next) : maskOf(next, length!, nowPadded, nowPacked),
        };
      },
    };
  }
}

interface Given {
  readonly mask: Int32Array | undefined;
  readonly segments: Int32Array | undefined;
  readonly given: NdArray["data"] | undefined;
  /** Is filled. */
  readonly positions: NdArray["data"];
}

function extended(row: Row, at: number, length: number, { mask, segments, given, positions }: Given): Row {
  const before = row.seen.length;
  const seen = new Int32Array(before + length);
  const own = new Int32Array(before + length);
  seen.set(row.seen);
  own.set(row.segments);
  let { next, segment } = row;
  for (let i = 0; i < length; i++) {
    const token = at * length + i;
    const id = segments?.[token] ?? segment;
    const real = mask?.[token] !== 0;
    if (id !== segment) [next, segment] = [0, id];
    if (given) next = given[given.length === length ? i : token]!;
    positions[token] = real || given ? next : 0;
    if (real) next++;
    seen[before + i] = Number(real);
    own[before + i] = id;
  }
  return { seen, segments: own, next, segment };
}

function paddingOf(rows: readonly Row[]): Mask {
  const total = rows[0]!.seen.length;
  const data = rows.flatMap(({ seen }) => Array.from(seen, BigInt));
  return { data: BigInt64Array.from(data), shape: [rows.length, total] };
}

/** One row for all tokens where their documents do not matter, one for the whole batch where nothing does. */
function maskOf(rows: readonly Row[], length: number, padded: boolean, packed: boolean): Mask {
  const total = rows[0]!.seen.length;
  if (!padded && !packed) return { data: new BigInt64Array(total).fill(1n), shape: [1, 1, total] };
  const queries = packed ? length : 1;
  const data = new BigInt64Array(rows.length * queries * total);
  let at = 0;
  for (const { seen, segments } of rows) {
    for (let i = 0; i < queries; i++) {
      const own = segments[total - queries + i];
      for (let j = 0; j < total; j++) {
        const visible = seen[j] === 1 && (!packed || segments[j] === own);
        data[at++] = visible ? 1n : 0n;
      }
    }
  }
  return { data, shape: [rows.length, queries, total] };
}

/** Whole numbers, one for each token. */
function ofTokens(
  what: string,
  x: unknown,
  size: readonly [number, number],
  allowed?: readonly number[],
): Int32Array {
  checkTensor("decoder", what, x);
  const { data, shape } = x;
  if (!(data instanceof Int32Array)) throw new TypeError(`decoder: ${what} must be int32, got float32`);
  if (shape.join() !== size.join()) {
    throw new RangeError(
      `decoder: ${what} must have the shape ${checks.show([...size])} of tokens, got ${checks.show([...shape])}`,
    );
  }
  const bad = allowed ? data.findIndex((value) => !allowed.includes(value)) : -1;
  if (bad >= 0) {
    throw new RangeError(
      `decoder: ${what} must be ${allowed!.join(" or ")}, got ${data[bad]} at index ${bad}`,
    );
  }
  return data;
}

function givenPositions(x: unknown, [batch, length]: readonly [number, number]): NdArray["data"] {
  checkTensor("decoder", "positions", x);
  const shape = x.shape.join();
  if (shape === `${length}` || shape === `${batch},${length}`) return x.data;
  throw new RangeError(
    `decoder: positions must have shape [${length}] or [${batch}, ${length}], as tokens, got ${checks.show([...x.shape])}`,
  );
}
