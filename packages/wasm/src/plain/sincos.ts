import { COSINE, INVERSE, PARTS, SHIFT, SINE } from "./numbers.ts";
import type { SplitFrequencies } from "./split-frequencies.ts";

const [PART_1, PART_2, PART_3] = PARTS;
const [BLOCK, WIDE] = [64, 1024];
const { fround } = Math;

/** What the kernel is given. */
export interface Waves {
  readonly sin: Float32Array;
  readonly cos: Float32Array;
  readonly split: SplitFrequencies;
  readonly amplitude: number;
  /** A row with a smaller |sin · cos| is made directly. */
  readonly least: number;
}

/** The sincos kernel in JavaScript, with the same bits; assembly/sincos.ts says how it goes. */
export function sincosPlain(waves: Waves, positions: ArrayLike<number>): void {
  const { sin, cos, split, amplitude, least } = waves;
  const { count } = split;
  const row = () => new Float64Array(2 * count);
  const [own, wide, high, four] = [row(), row(), row(), row()];
  const middles: Float64Array[] = [];
  const quarters: Float64Array[] = [];
  const lows = [0.5, 1.5].map((position) => fillWaves(position, split, row()));
  const kept = (rows: Float64Array[], i: number, position: number): Float64Array =>
    (rows[i] ??= fillWaves(position, split, row()));
  let [wideStart, start, fourStart] = [Number.NaN, Number.NaN, Number.NaN];
  for (let r = 0, o = 0; r < positions.length; r++, o += count) {
    const position = positions[r]!;
    let near = true;
    if (Number.isInteger(position)) {
      const base = Math.floor(position / BLOCK) * BLOCK;
      if (base !== start) {
        start = base;
        const wideBase = Math.floor(position / WIDE) * WIDE;
        if (wideBase !== wideStart) {
          wideStart = wideBase;
          fillWaves(wideStart, split, wide);
        }
        const within = start - wideStart;
        turn(high, wide, kept(middles, within / BLOCK, within), count, amplitude);
      }
      const within = position - base;
      const first = within - (within & 3);
      if (base + first !== fourStart) {
        fourStart = base + first;
        turn(four, high, kept(quarters, first / 4, first + 1.5), count, 1);
      }
      const rest = (within & 3) - 1.5;
      near = addAngles(sin, cos, o, four, lows[Math.floor(Math.abs(rest))]!, count, rest) < least;
    }
    if (!near) continue;
    fillWaves(position, split, own);
    for (let i = 0; i < count; i++) {
      sin[o + i] = own[i]! * amplitude;
      cos[o + i] = own[count + i]! * amplitude;
    }
  }
}

/** The waves of a + b, times the amplitude. */
function turn(to: Float64Array, a: Float64Array, b: Float64Array, count: number, amplitude: number): void {
  for (let i = 0; i < count; i++) {
    to[i] = (a[i]! * b[count + i]! + a[count + i]! * b[i]!) * amplitude;
    to[count + i] = (a[count + i]! * b[count + i]! - a[i]! * b[i]!) * amplitude;
  }
}

function addAngles(
  sin: Float32Array,
  cos: Float32Array,
  o: number,
  high: Float64Array,
  low: Float64Array,
  count: number,
  rest: number,
): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const less = rest < 0 ? -low[i]! : low[i]!;
    const s = fround(high[i]! * low[count + i]! + high[count + i]! * less);
    const c = fround(high[count + i]! * low[count + i]! - high[i]! * less);
    sin[o + i] = s;
    cos[o + i] = c;
    least = Math.min(least, Math.abs(fround(s * c)));
  }
  return least;
}

/** Sines, then cosines, of one position. */
function fillWaves(
  position: number,
  { count, plane, planes }: SplitFrequencies,
  out: Float64Array,
): Float64Array {
  for (let i = 0; i < count; i++) {
    const a = position * planes[i]!;
    const b = position * planes[plane + i]!;
    const c = position * planes[2 * plane + i]!;
    const n = (a + b) * INVERSE + SHIFT - SHIFT;
    const d = a - n * PART_1;
    const m = n * PART_2;
    const u = d - m;
    const u1 = u - d;
    const lost = d - (u - u1) - (m + u1);
    const w = u + b;
    const w1 = w - u;
    const more = u - (w - w1) + (b - w1);
    const r = w + (lost + more + (c - n * PART_3));

    const z = r * r;
    const s = r + z * r * polynomial(z, SINE);
    const k = 1 - (z * 0.5 - z * z * polynomial(z, COSINE));

    const odd = (n & 1) !== 0;
    const sine = odd ? k : s;
    const cosine = odd ? s : k;
    out[i] = (n & 2) !== 0 ? -sine : sine;
    out[count + i] = ((n + 1) & 2) !== 0 ? -cosine : cosine;
  }
  return out;
}

/** The highest power first. */
function polynomial(z: number, terms: readonly number[]): number {
  let y = terms[0]!;
  for (let i = 1; i < terms.length; i++) y = z * y + terms[i]!;
  return y;
}
