import { bind } from "../bind.ts";
import type { Encoder, Kind } from "../encoder.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import type { NdArray } from "../typed-arrays/nd-array.ts";
import { filled, places, reachOf } from "./places.ts";
import { contentScores, type NdValues } from "./score-matrices.ts";

/** Which neighbouring positions the encoder itself, in float32, does not tell apart. */
export interface FirstRepeat {
  /**
   * A position p that gets exactly what p + 1 gets: the vector (additive), the angles (rotary), the scores against
   * position 0 on either side (bias, content). null where none was found.
   */
  readonly position: number | null;
  /** Every p below this was looked at, so that a `position` below it is the first one. */
  readonly everyBelow: number;
  /**
   * Above that, powers of two up to this p only; where one of them repeats, bisection between it and the one before
   * gives `position`, the first if all from there on repeat.
   */
  readonly upTo: number;
}

const FURTHEST = 2 ** 24;

interface Rows<E extends Encoder> {
  /** What the positions `at` get: arrays [..., n, width]. */
  rows(encoder: E, values: NdValues, at: readonly number[]): NdArray[];
  /** Positions may be asked for one by one; where tokens between two count, the whole sequence is needed. */
  readonly alone: boolean;
}

const kinds: { readonly [K in Kind]: Rows<Extract<Encoder, { kind: K }>> } = {
  additive: {
    alone: true,
    rows(encoder, values, at) {
      const zeros = filled([at.length, encoder.dim ?? 1], 0);
      return [bind(encoder, typedArrays, values)(zeros, places(encoder, at))];
    },
  },
  rotary: {
    alone: true,
    rows(encoder, values, at) {
      const { turns, keyTurns = turns } = encoder;
      return [...new Set([turns, keyTurns])].flatMap((turn) => {
        const { sin, cos } = turn(typedArrays, places(encoder, at), values);
        return [sin, cos];
      });
    },
  },
  bias: {
    alone: true,
    rows(encoder, values, at) {
      const [here, origin] = [places(encoder, at), places(encoder, [0])];
      const scores = bind(encoder, typedArrays, values);
      return [scores(here, origin), typedArrays.swapAxes(scores(origin, here), -2, -1)];
    },
  },
  content: {
    alone: false,
    rows(encoder, values, { length }) {
      const scores = contentScores(encoder, values, length);
      const firstKey = (x: NdArray): NdArray => typedArrays.split(x, [1, length - 1], -1)[0]!;
      return [firstKey(scores), firstKey(typedArrays.swapAxes(scores, -2, -1))];
    },
  },
};

/** @param length every pair of neighbours below it is compared */
export function firstRepeat(encoder: Encoder, values: NdValues, length: number): FirstRepeat {
  const { rows, alone } = kinds[encoder.kind] as Rows<Encoder>;
  const everyBelow = length - 1;
  if (length > 1) {
    const start = rows(
      encoder,
      values,
      Array.from({ length }, (_, p) => p),
    );
    for (let p = 0; p < everyBelow; p++) {
      if (start.every((x) => repeats(x, p))) return { position: p, everyBelow, upTo: everyBelow };
    }
  }
  const last = alone ? Math.min(FURTHEST, reachOf(encoder) - 2) : everyBelow;
  const repeatsAt = (p: number) => rows(encoder, values, [p, p + 1]).every((x) => repeats(x, 0));

  let apart = everyBelow - 1;
  let upTo = everyBelow;
  for (let p = 2 ** Math.ceil(Math.log2(Math.max(1, everyBelow))); p <= last; p *= 2) {
    upTo = p;
    if (repeatsAt(p)) return { position: bisect(repeatsAt, apart, p), everyBelow, upTo };
    apart = p;
  }
  return { position: null, everyBelow, upTo };
}

/** The first that repeats after `apart`, which does not, up to `same`, which does. */
function bisect(repeatsAt: (p: number) => boolean, apart: number, same: number): number {
  while (same - apart > 1) {
    const middle = Math.floor((apart + same) / 2);
    if (repeatsAt(middle)) same = middle;
    else apart = middle;
  }
  return same;
}

/** Rows `at` and `at` + 1 of x [..., n, width] are the same in every block. */
function repeats({ data, shape }: NdArray, at: number): boolean {
  const [n, width] = shape.slice(-2) as [number, number];
  for (let block = 0; block < data.length; block += n * width) {
    const start = block + at * width;
    for (let i = start; i < start + width; i++) if (data[i] !== data[i + width]) return false;
  }
  return true;
}
