import {
  checkEven,
  checkOptions,
  checkPositive,
  checkSize,
  choice,
  demand,
  limited,
  orElse,
} from "../checks.ts";
import { type RotaryEncoder, rotary } from "../encoder.ts";
import type { Pairing } from "../ops.ts";
import type { Parameter } from "../parameters.ts";
import { checkDomain } from "../range.ts";

export interface MixedRopeOptions {
  /** Length of a head; a multiple of 4. */
  readonly dim: number;
  readonly heads: number;
  /** Of the first frequencies; 10 unless given. */
  readonly base?: number;
  /** "interleaved" as in RoPE-ViT (default), or "halves". */
  readonly pairing?: Pairing;
  /** "index": whole numbers from 0 (default). "real": fractions and negative numbers too. */
  readonly positions?: "index" | "real";
}

/**
 * RoPE-Mixed: pair i of head h at (x, y) is turned by x · frequencies[0, h, i] + y · frequencies[1, h, i], and the
 * frequencies are learned (Heo et al., "Rotary Position Embedding for Vision Transformer", 2024, §3.3). A pair may so
 * turn along any direction, where {@link axialRope} knows the axes only.
 *
 * Positions are [length, 2] or [batch, length, 2]. The first frequencies have the lengths base^(−4i / dim) for
 * i < dim / 4, in two directions at right angles; the directions of the heads are spread evenly (RoPE-ViT draws them).
 *
 * @throws TypeError, RangeError for a bad option
 */
export function mixedRope(given: MixedRopeOptions): RotaryEncoder<{ readonly frequencies: Parameter }> {
  const options = checkOptions("mixedRope", given, {
    dim: checkEven,
    heads: checkSize,
    base: orElse(10, limited(checkPositive, 1e-20, 1e100)), // the first frequencies are float32
    pairing: choice("interleaved", "halves"),
    positions: checkDomain,
  });
  const { dim, heads, base, pairing, positions: domain } = options;
  demand(dim % 4 === 0, "mixedRope", "dim", dim, "a multiple of 4");
  demand(heads * dim <= 2 ** 24, "mixedRope", "heads · dim", heads * dim, "at most 16777216");
  const pairs = dim / 2;

  return rotary({
    name: "mixedRope",
    title: "MixedRoPE",
    options,
    dim,
    pairing,
    heads,
    positions: { axes: 2, real: domain === "real" },
    parameters: {
      frequencies: { shape: [2, heads, pairs], init: { values: firstFrequencies(heads, dim, base) } },
    },
    turns({ add, cos, expandDims, float, mul, sin, split, squeeze }, positions, { frequencies }) {
      const coordinates = split(float(positions), [1, 1], -1); // [..., length, 1]
      const [x, y] = split(frequencies, [1, 1], -3).map((part, axis) =>
        mul(expandDims(coordinates[axis]!, -3), expandDims(squeeze(part, -3), -2)),
      ); // [..., 1, length, 1] · [heads, 1, pairs]
      const angles = add(x!, y!);
      return { sin: sin(angles), cos: cos(angles) };
    },
  });
}

/** [2, heads, dim / 2], row by row. */
function firstFrequencies(heads: number, dim: number, base: number): number[] {
  const quarter = dim / 4;
  const along = (part: (angle: number) => number) =>
    Array.from({ length: heads }, (_, head) =>
      Array.from({ length: 2 * quarter }, (_, pair) => {
        const direction = (Math.PI / 2) * (head / heads + Math.floor(pair / quarter));
        return base ** (-(pair % quarter) / quarter) * part(direction);
      }),
    ).flat();
  return [...along(Math.cos), ...along(Math.sin)];
}
