import { type BucketTable, checks, type NdArray } from "@posenc/core";
import {
  checkApart,
  checkFloats,
  checkIntegers,
  checkShape,
  type Floats,
  sameShape,
  shapeText,
  size,
} from "../check-arrays.ts";
import type { Arena } from "../memory/arena.ts";
import { SMALL } from "../memory/small.ts";
import { copyFloats } from "../plain/copy.ts";
import { areConsecutive, ends } from "./positions.ts";

/** The score of a head for a relative position, key − query. */
export type ScoreOf = (relative: number, head: number) => number;

/** Slopes of the heads to the left, where keys stand before their query, and to the right. */
export interface Slopes {
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
}

export interface RelativeOperations {
  relativeInto(out: NdArray, scoreOf: ScoreOf, queries: NdArray, keys: NdArray): NdArray;
  alibiInto(out: NdArray, slopes: Slopes, queries: NdArray, keys: NdArray): NdArray;
  bucketsInto(out: NdArray, table: NdArray, buckets: BucketTable, queries: NdArray, keys: NdArray): NdArray;
}

/** More relative positions than this have their scores computed one by one. */
const MOST = 2 ** 22;

/**
 * {@link Composites.relativeScores}, where each distance is asked for once.
 *
 * @param make a new array for the scores
 * @returns undefined where the distances are no fewer than the scores, or `scoreOf` gives something else for them
 */
export type RelativeScores = (
  queries: NdArray,
  keys: NdArray,
  scoreOf: (relative: NdArray) => NdArray,
  make: (shape: readonly number[]) => NdArray,
) => NdArray | undefined;

export function relativeOn(arena: Arena): { operations: RelativeOperations; relativeScores: RelativeScores } {
  const { kernels } = arena;

  function into(who: string, out: NdArray, scoreOf: ScoreOf, queries: NdArray, keys: NdArray): NdArray {
    const { batch, heads, q, k } = check(who, out, queries, keys);
    if (out.data.length === 0) return out;
    for (let b = 0; b < batch; b++) {
      const ownQueries = rowOf(queries, b, q);
      const ownKeys = rowOf(keys, b, k);
      const [low, high] = reach(ownQueries, ownKeys);
      const vector = high - low < MOST ? new Float32Array(high - low + 1) : undefined;
      for (let head = 0; head < heads; head++) {
        const at = (b * heads + head) * q * k;
        if (vector === undefined) eachScore(out as Floats, at, (r) => scoreOf(r, head), ownQueries, ownKeys);
        else {
          for (let i = 0; i < vector.length; i++) vector[i] = scoreOf(low + i, head);
          spread(out as Floats, at, vector, low, ownQueries, ownKeys);
        }
      }
    }
    return out;
  }

  /** The scores of a head, from those of the relative positions `low`, low + 1, … */
  function spread(
    out: Floats,
    at: number,
    vector: Float32Array,
    low: number,
    queries: NdArray["data"],
    keys: NdArray["data"],
  ): void {
    const [q, k] = [queries.length, keys.length];
    if (areConsecutive(queries) && areConsecutive(keys)) {
      const first = keys[0]! - queries[q - 1]! - low;
      slide(out, at, vector.subarray(first, first + q + k - 1), q, k);
    } else eachScore(out, at, (relative) => vector[relative - low]!, queries, keys);
  }

  const relativeScores: RelativeScores = (queries, keys, scoreOf, make) => {
    const [q = 0, k = 0] = [queries.shape.at(-1), keys.shape.at(-1)];
    const lead = queries.shape.slice(0, -1);
    const batch = size(lead);
    const integers = queries.data instanceof Int32Array && keys.data instanceof Int32Array;
    if (!integers || batch * q * k === 0 || !sameShape(lead, keys.shape.slice(0, -1))) return undefined;
    const [low, high] = reach(queries.data, keys.data);
    const count = high - low + 1;
    if (count >= batch * q * k || count > MOST) return undefined;
    const relative = { data: Int32Array.from({ length: count }, (_, i) => low + i), shape: [1, count] };
    const { data, shape } = scoreOf(relative);
    const heads = shape[0]!;
    if (!(data instanceof Float32Array && sameShape(shape, [heads, 1, count]))) return undefined;
    const out = make([...lead, heads, q, k]);
    for (let b = 0; b < batch; b++) {
      const [ownQueries, ownKeys] = [rowOf(queries, b, q), rowOf(keys, b, k)];
      for (let head = 0; head < heads; head++) {
        const vector = data.subarray(head * count, (head + 1) * count);
        spread(out as Floats, (b * heads + head) * q * k, vector, low, ownQueries, ownKeys);
      }
    }
    return out;
  };

  /** Row i is the vector from element q − 1 − i on. */
  function slide({ data }: Floats, at: number, vector: Float32Array, q: number, k: number): void {
    const to = arena.addressOf(data);
    if (kernels !== undefined && to >= 0 && q * k >= SMALL) {
      const done = arena.borrow(vector.byteLength, (address) => {
        arena.floats.set(vector, address >> 2);
        kernels.slide(to + 4 * at, address + 4 * (q - 1), q, k);
      });
      if (done) return;
    }
    for (let i = 0; i < q; i++) {
      const from = q - 1 - i;
      copyFloats(data, at + i * k, vector, from, k);
    }
  }

  function check(who: string, out: NdArray, queries: NdArray, keys: NdArray) {
    checkIntegers(arena, who, "queries", queries);
    checkIntegers(arena, who, "keys", keys);
    checkFloats(arena, who, "out", out);
    const rank = queries.shape.length;
    if (
      (rank !== 1 && rank !== 2) ||
      keys.shape.length !== rank ||
      (rank === 2 && queries.shape[0] !== keys.shape[0])
    ) {
      throw new RangeError(
        `${who}: queries and keys must have shapes [q] and [k], or [batch, q] and [batch, k], got ${shapeText(queries.shape)} and ${shapeText(keys.shape)}`,
      );
    }
    const [q, k] = [queries.shape.at(-1)!, keys.shape.at(-1)!];
    const lead = queries.shape.slice(0, -1);
    const heads = out.shape[lead.length] ?? 0;
    checkShape(who, "out", out, [...lead, heads, q, k]);
    checkApart(arena, who, out, "queries", queries, false);
    checkApart(arena, who, out, "keys", keys, false);
    return { batch: size(lead), heads, q, k };
  }

  const operations: RelativeOperations = {
    relativeInto(out, scoreOf, queries, keys) {
      if (typeof scoreOf !== "function") {
        throw new TypeError(`relative: scoreOf must be a function, got ${checks.show(scoreOf)}`);
      }
      return into("relative", out, scoreOf, queries, keys);
    },

    alibiInto(out, slopes, queries, keys) {
      checks.checkObject("alibi", "slopes", slopes);
      const { left, right } = slopes;
      const heads = out?.shape?.at(-3);
      for (const [side, own] of Object.entries({ left, right })) {
        if (own?.length !== heads) {
          throw new RangeError(`alibi: slopes.${side} must be ${heads} numbers, got ${checks.show(own)}`);
        }
      }
      const [toLeft, toRight] = [Float32Array.from(left), Float32Array.from(right)];
      const scoreOf: ScoreOf = (relative, head) => {
        if (relative === 0) return 0;
        return relative < 0 ? relative * toLeft[head]! : -(relative * toRight[head]!);
      };
      return into("alibi", out, scoreOf, queries, keys);
    },

    bucketsInto(out, table, bucketTable, queries, keys) {
      checkFloats(arena, "buckets", "table", table);
      checks.checkObject("buckets", "buckets", bucketTable);
      const { buckets, reach } = bucketTable;
      const heads = out?.shape?.at(-3) ?? 0;
      const rows = buckets.reduce((most, bucket) => Math.max(most, bucket), 0) + 1;
      if (table.shape.length !== 2 || table.shape[0]! < rows || table.shape[1] !== heads) {
        throw new RangeError(
          `buckets: table must have shape [${rows} or more, ${heads}], got ${shapeText(table.shape)}`,
        );
      }
      checkApart(arena, "buckets", out, "table", table, false);
      const { data } = table;
      const scoreOf: ScoreOf = (relative, head) => {
        const within = Math.max(Math.min(relative, reach), -reach);
        return data[buckets[within + reach]! * heads + head]!;
      };
      return into("buckets", out, scoreOf, queries, keys);
    },
  };
  return { operations, relativeScores };
}

const rowOf = ({ data }: NdArray, row: number, length: number): NdArray["data"] =>
  data.subarray(row * length, (row + 1) * length);

/** The lowest and the highest key − query. */
function reach(queries: NdArray["data"], keys: NdArray["data"]): [low: number, high: number] {
  const [firstQuery, lastQuery] = ends(queries);
  const [firstKey, lastKey] = ends(keys);
  return [firstKey - lastQuery, lastKey - firstQuery];
}

function eachScore(
  { data }: Floats,
  at: number,
  score: (relative: number) => number,
  queries: NdArray["data"],
  keys: NdArray["data"],
): void {
  for (let i = 0; i < queries.length; i++) {
    const query = queries[i]!;
    for (let j = 0; j < keys.length; j++) data[at++] = score(keys[j]! - query);
  }
}
