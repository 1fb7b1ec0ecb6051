/** Sines and cosines against whole-number arithmetic of 200 bits. */
import { BASE, type Sizes } from "./workload.ts";

const BITS = 200n;
/** 2π · 2^200 */
const TURN = 10_096_689_509_235_987_743_946_820_282_484_873_672_429_286_842_977_325_943_070_736n;
/** Every so many positions are looked at. */
const STEP = 61;

/** The largest error of sines and cosines [count, dim / 2], in units of the last float32 place of the true value. */
export function exactUlps({ count, dim }: Sizes["sincos"], [sin, cos]: readonly Float32Array[]): number {
  const half = dim / 2;
  const frequencies = Array.from({ length: half }, (_, i) => exactFrequency(i, dim));
  let worst = 0;
  for (let position = 0; position < count; position += STEP) {
    for (let i = 0; i < half; i++) {
      const angle = reduced(BigInt(position) * frequencies[i]!);
      const at = position * half + i;
      worst = Math.max(worst, ulps(sin![at]!, Math.sin(angle)), ulps(cos![at]!, Math.cos(angle)));
    }
  }
  return worst;
}

/** BASE^(−2i / dim) · 2^200. */
function exactFrequency(i: number, dim: number): bigint {
  // its power dim / 2 is 2^(200 · dim / 2) / BASE^i
  const n = BigInt(dim / 2);
  return root((1n << (BITS * n)) / BigInt(BASE) ** BigInt(i), n);
}

/** ⌊x^(1/n)⌋ by Newton's steps from above. */
function root(x: bigint, n: bigint): bigint {
  let current = 1n << (BigInt(x.toString(2).length) / n + 1n);
  for (;;) {
    const next = ((n - 1n) * current + x / current ** (n - 1n)) / n;
    if (next >= current) return current;
    current = next;
  }
}

/** An angle · 2^200, as the number of radians nearest to 0 that has the same sine. */
function reduced(angle: bigint): number {
  const rest = angle % TURN;
  const nearest = rest > TURN / 2n ? rest - TURN : rest;
  return Number(nearest >> (BITS - 120n)) / 2 ** 120;
}

function ulps(value: number, expected: number): number {
  const place = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(expected))), -126) - 23);
  return Math.abs(value - expected) / place;
}
