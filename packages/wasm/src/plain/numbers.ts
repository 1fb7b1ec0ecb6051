/** 2 / π */
export const INVERSE = 0.6366197723675814;
/** 1.5 · 2^52: what it is added to is rounded to a whole number. */
export const SHIFT = 6755399441055744;
/** π / 2 as a sum; the first two have 24 bits. */
export const PARTS = [1.570796251296997, 7.549789415861596e-8, 5.390302858158119e-15] as const;
/** fdlibm's polynomials (Sun 1993), the highest powers first. */
export const SINE = [
  ...([1.58969099521155e-10, -2.5050760253406863e-8, 2.7557313707070068e-6] as const),
  ...([-0.0001984126982985795, 0.00833333333332249, -0.16666666666666632] as const),
] as const;
export const COSINE = [
  ...([-1.1359647557788195e-11, 2.087572321298175e-9, -2.7557314351390663e-7] as const),
  ...([2.480158728947673e-5, -0.001388888888887411, 0.0416666666666666] as const),
] as const;

/** All that assembly/sincos.ts works with; the last two have the bits of the integers 1 and 2. */
export const NUMBERS: readonly number[] = [
  ...[INVERSE, SHIFT, ...PARTS, ...SINE, ...COSINE, 0.5, 1],
  ...[5e-324, 1e-323],
];
