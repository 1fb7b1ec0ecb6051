import type { SplitFrequencies } from "./split-frequencies.ts";

const SHIFT = 6755399441055744;
const [PART_1, PART_2, PART_3] = [1.570796251296997, 7.549789415861596e-8, 5.390302858158119e-15];

/**
 * The sincos kernels in JavaScript, with the same bits: one position, `sin` and `cos` of each frequency from offset `o`
 * on. assembly/sincos.ts has the sources.
 */
export function sincosPlain(
  position: number,
  { count, plane, planes }: SplitFrequencies,
  amplitude: number,
  sin: Float32Array,
  cos: Float32Array,
  o: number,
): void {
  for (let i = 0; i < count; i++) {
    const a = position * planes[i]!;
    const b = position * planes[plane + i]!;
    const c = position * planes[2 * plane + i]!;
    const n = (a + b) * 0.6366197723675814 + SHIFT - SHIFT;
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
    let y = z * 1.58969099521155e-10 + -2.5050760253406863e-8;
    y = z * y + 2.7557313707070068e-6;
    y = z * y + -0.0001984126982985795;
    y = z * y + 0.00833333333332249;
    y = z * y + -0.16666666666666632;
    const s = r + z * r * y;
    y = z * -1.1359647557788195e-11 + 2.087572321298175e-9;
    y = z * y + -2.7557314351390663e-7;
    y = z * y + 2.480158728947673e-5;
    y = z * y + -0.001388888888887411;
    y = z * y + 0.0416666666666666;
    const k = 1 - (z * 0.5 - z * z * y);

    const odd = (n & 1) !== 0;
    const [sine, cosine] = odd ? [k, s] : [s, k];
    sin[o + i] = ((n & 2) !== 0 ? -sine : sine) * amplitude;
    cos[o + i] = (((n + 1) & 2) !== 0 ? -cosine : cosine) * amplitude;
  }
}
