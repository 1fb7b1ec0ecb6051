/** Loops as people write them. */
import type { Pairing } from "@posenc/core";
import type { Inputs, SpeedWorkload } from "../workload.ts";

interface Heads {
  readonly batch: number;
  readonly heads: number;
  readonly length: number;
  readonly dim: number;
}

type Rotate = (
  out: Float32Array,
  x: Float32Array,
  cos: Float32Array,
  sin: Float32Array,
  sizes: Heads,
) => void;

export const rotate: Readonly<Record<Pairing, Rotate>> = {
  halves(out, x, cos, sin, { batch, heads, length, dim }) {
    const half = dim / 2;
    let at = 0;
    for (let b = 0; b < batch; b++) {
      for (let h = 0; h < heads; h++) {
        for (let t = 0; t < length; t++, at += dim) {
          const turn = (b * length + t) * half;
          for (let i = 0; i < half; i++) {
            const c = cos[turn + i]!;
            const s = sin[turn + i]!;
            const first = x[at + i]!;
            const second = x[at + half + i]!;
            out[at + i] = first * c - second * s;
            out[at + half + i] = second * c + first * s;
          }
        }
      }
    }
  },
  interleaved(out, x, cos, sin, { batch, heads, length, dim }) {
    const half = dim / 2;
    let at = 0;
    for (let b = 0; b < batch; b++) {
      for (let h = 0; h < heads; h++) {
        for (let t = 0; t < length; t++, at += dim) {
          const turn = (b * length + t) * half;
          for (let i = 0; i < half; i++) {
            const c = cos[turn + i]!;
            const s = sin[turn + i]!;
            const first = x[at + 2 * i]!;
            const second = x[at + 2 * i + 1]!;
            out[at + 2 * i] = first * c - second * s;
            out[at + 2 * i + 1] = second * c + first * s;
          }
        }
      }
    }
  },
};

export function add(out: Float32Array, x: Float32Array, table: Float32Array): void {
  const period = table.length;
  for (let start = 0; start < x.length; start += period) {
    for (let i = 0; i < period; i++) out[start + i] = x[start + i]! + table[i]!;
  }
}

export function sincos(
  sin: Float32Array,
  cos: Float32Array,
  positions: ArrayLike<number>,
  frequencies: Float64Array,
): void {
  let at = 0;
  for (let p = 0; p < positions.length; p++) {
    for (let i = 0; i < frequencies.length; i++, at++) {
      const angle = positions[p]! * frequencies[i]!;
      sin[at] = Math.sin(angle);
      cos[at] = Math.cos(angle);
    }
  }
}

export function gatherAdd(
  out: Float32Array,
  { tokens, table, rows }: Inputs["gatherAdd"],
  { sizes: { batch, length, dim } }: SpeedWorkload<"gatherAdd">,
): void {
  let at = 0;
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < length; t++) {
      const from = tokens.data[b * length + t]! * dim;
      const row = at % rows.data.length;
      for (let i = 0; i < dim; i++, at++) out[at] = table.data[from + i]! + rows.data[row + i]!;
    }
  }
}

export function alibi(out: Float32Array, slopes: ArrayLike<number>, length: number): void {
  let at = 0;
  for (let h = 0; h < slopes.length; h++) {
    const slope = slopes[h]!;
    for (let i = 0; i < length; i++) {
      for (let j = 0; j < length; j++, at++) out[at] = -slope * Math.abs(i - j);
    }
  }
}
