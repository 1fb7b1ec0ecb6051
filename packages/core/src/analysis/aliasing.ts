import { checkFactor, checkOneOf, show } from "../checks.ts";

export type AngleType = "float32" | "bfloat16";

interface Rounding {
  /** Bits of a significand, the leading one included. */
  readonly bits: number;
  round(x: number): number;
}

const word = new Uint32Array(1);
const single = new Float32Array(word.buffer);

/** To the nearest, ties to even, as hardware does from float32. */
function toBfloat16(x: number): number {
  single[0] = x;
  const bits = word[0]!;
  word[0] = (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000;
  return single[0]!;
}

const roundings: Readonly<Record<AngleType, Rounding>> = {
  float32: { bits: 24, round: Math.fround },
  bfloat16: { bits: 8, round: toBfloat16 },
};

/**
 * Where angle arithmetic in `dtype` loses count: the first position p for which p and p + 1 get the same angles, so
 * that positions 0 … p are told apart and p + 1 is not. 256 for bfloat16 and 16,777,216 for float32, or less where no
 * frequency helps.
 *
 * This is how most libraries compute angles: the position, the frequency and their product are each rounded to
 * `dtype`. The encoders here do not ({@link Frequencies}). Every position is looked at; none below 2^(bits − 1) − 1
 * can be the answer, since two products closer than one unit in the last place are at least that far out.
 *
 * @param frequencies in radians per position; positions themselves (frequency 1) unless given
 * @throws TypeError, RangeError for a bad argument
 */
export function aliasing(dtype: AngleType, frequencies: ArrayLike<number> = [1]): number {
  const { bits, round } = roundings[checkOneOf("aliasing", "dtype", dtype, ["float32", "bfloat16"])];
  if (typeof frequencies?.length !== "number") {
    throw new TypeError(`aliasing: frequencies must be an array of numbers, got ${show(frequencies)}`);
  }
  const rounded = Array.from(frequencies, (value, i) =>
    round(checkFactor("aliasing", `frequencies[${i}]`, value)),
  );
  const turning = [...new Set(rounded)].filter((frequency) => frequency !== 0);
  if (turning.length === 0) return 0;
  const last = 2 ** bits;
  if (turning.some((frequency) => Number.isInteger(Math.log2(Math.abs(frequency))))) return last; // exact products
  for (let p = last / 2 - 1; p < last; p++) {
    if (turning.every((frequency) => round(p * frequency) === round((p + 1) * frequency))) return p;
  }
  return last;
}
